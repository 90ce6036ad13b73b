package dev.bams3.app;

import static dev.bams3.app.SettingChecks.check;
import static dev.bams3.app.SettingChecks.present;
import static dev.bams3.app.SettingChecks.range;
import static dev.bams3.app.SettingChecks.wrong;

import dev.bams3.access.SecretTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The admin surface.
 *
 * @param token secrets of at least 32 characters, comma separated; each opens it. Neither of these, and no scope: it is off,
 *     but for this machine where the store is the embedded default
 * @param tokenFile file with more of them, one a line, read at start
 * @param scope that opens it to a token of the configured issuer; absent: no issued token does
 * @param port of its own, 1 to 65535; absent: that of the service
 */
public record AdminSettings(
        @DefaultValue List<String> token,
        @Nullable String tokenFile,
        @Nullable String scope,
        @Nullable Integer port) {
    public AdminSettings {
        token = Stream.concat(token.stream(), linesOf(tokenFile))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
        check(
                token.stream().allMatch(text -> text.length() >= SecretTokens.MIN_LENGTH),
                "bams3.admin.token",
                "needs at least " + SecretTokens.MIN_LENGTH + " characters (openssl rand -hex 32)");
        scope = present(scope);
        if (port != null) {
            range("bams3.admin.port", port, 1, 65_535);
        }
    }

    SecretTokens secrets() {
        return new SecretTokens(token);
    }

    Optional<String> requiredScope() {
        return Optional.ofNullable(scope);
    }

    OptionalInt ownPort() {
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }

    private static Stream<String> linesOf(@Nullable String file) {
        if (file == null || file.isBlank()) {
            return Stream.empty();
        }
        try {
            List<String> lines = Files.readAllLines(Path.of(file));
            check(!present(lines).isEmpty(), "bams3.admin.token-file", "'" + file + "' holds no token");
            return lines.stream();
        } catch (IOException e) {
            throw wrong("bams3.admin.token-file", "cannot read '" + file + "'");
        }
    }

    /** A record's own text would show the secrets. */
    @Override
    public String toString() {
        return "AdminSettings[" + token.size() + " tokens, scope=" + scope + ", port=" + port + "]";
    }
}
