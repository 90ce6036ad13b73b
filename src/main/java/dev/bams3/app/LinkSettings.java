package dev.bams3.app;

import static dev.bams3.app.SettingChecks.check;
import static dev.bams3.app.SettingChecks.present;
import static dev.bams3.app.SettingChecks.range;

import dev.bams3.access.LinkTokens;
import dev.bams3.access.TokenKeys;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Capability links, for viewers that can send no token.
 *
 * @param key secrets of at least 32 characters, comma separated: the first signs, all are accepted. Absent: there are no
 *     links. Removing a key revokes what it signed
 * @param maxTtl how long a link may last, 1 minute to 366 days
 */
public record LinkSettings(
        @DefaultValue List<String> key, @DefaultValue("30d") Duration maxTtl) {
    public LinkSettings {
        key = present(key);
        check(
                key.stream().allMatch(text -> bytes(text).length >= TokenKeys.MIN_KEY_BYTES),
                "bams3.link.key",
                "each key needs at least " + TokenKeys.MIN_KEY_BYTES + " characters (openssl rand -base64 32)");
        range("bams3.link.max-ttl", maxTtl, "1m", "366d");
    }

    LinkTokens tokens() {
        return new LinkTokens(key.stream().map(LinkSettings::bytes).toList(), Clock.systemUTC());
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** A record's own text would show the secrets. */
    @Override
    public String toString() {
        return "LinkSettings[" + key.size() + " keys, maxTtl=" + maxTtl + "]";
    }
}
