package dev.bams3.source.cram;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * References that lie in folders under the MD5 of their bases, as htslib keeps them: a file has the bases alone, upper case.
 * {@code %s} in a folder's name stands for the MD5, {@code %2s} for its next two digits; what is left of it comes last.
 */
public final class Md5Folders implements ReferenceSource {
    private static final int MD5_DIGITS = 32;
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{" + MD5_DIGITS + "}");
    private static final Pattern ADDRESS = Pattern.compile("(?:https?|ftp|s3|gs)");

    private final List<String> patterns;

    Md5Folders(List<String> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /**
     * The folders that the environment names: {@code REF_CACHE}, then each of {@code REF_PATH}. Addresses among them are
     * passed over: nothing is fetched from another machine.
     */
    public static Md5Folders of(Map<String, String> environment) {
        List<String> patterns = new ArrayList<>();
        Optional.ofNullable(environment.get("REF_CACHE")).ifPresent(patterns::add);
        String[] parts = environment.getOrDefault("REF_PATH", "").split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i + 1 < parts.length && ADDRESS.matcher(parts[i]).matches() && parts[i + 1].startsWith("//")) {
                i++;
                if (i + 1 < parts.length && parts[i + 1].matches("\\d+/.*")) {
                    i++;
                }
            } else {
                patterns.add(parts[i]);
            }
        }
        patterns.removeIf(String::isBlank);
        return new Md5Folders(patterns);
    }

    @Override
    public Optional<Stored> find(String name, Optional<String> md5) {
        if (md5.isEmpty() || !MD5.matcher(md5.get()).matches()) {
            return Optional.empty();
        }
        for (String pattern : patterns) {
            Path file = path(pattern, md5.get());
            if (Files.isRegularFile(file)) {
                try {
                    return Optional.of(new Sequence(file, Files.size(file)));
                } catch (IOException e) {
                    throw unreadable(file, e);
                }
            }
        }
        return Optional.empty();
    }

    static Path path(String pattern, String md5) {
        StringBuilder path = new StringBuilder();
        int used = 0;
        int at = 0;
        while (at < pattern.length()) {
            char character = pattern.charAt(at);
            int end = at + 1;
            while (end < pattern.length() && pattern.charAt(end) >= '0' && pattern.charAt(end) <= '9') {
                end++;
            }
            if (character == '%' && end < pattern.length() && pattern.charAt(end) == 's') {
                int count = Math.min(digits(pattern.substring(at + 1, end)), md5.length() - used);
                path.append(md5, used, used + count);
                used += count;
                at = end + 1;
            } else {
                path.append(character);
                at++;
            }
        }
        if (used < md5.length()) {
            if (!path.isEmpty() && path.charAt(path.length() - 1) != '/') {
                path.append('/');
            }
            path.append(md5, used, md5.length());
        }
        return Path.of(path.toString());
    }

    /** How many digits of the MD5 a {@code %s} with this number stands for; all without a number, or with a long one. */
    private static int digits(String number) {
        return number.isEmpty() || number.length() > 2 ? MD5_DIGITS : Integer.parseInt(number);
    }

    private static ReadsException unreadable(Path file, IOException cause) {
        return ReadsException.about(
                ErrorKind.UNAVAILABLE, file.toString(), "the reference cannot be read: " + cause.getMessage(), cause);
    }

    private record Sequence(Path file, long length) implements Stored {
        @Override
        public String description() {
            return file.toString();
        }

        @Override
        public byte[] read(long from, int count) {
            ByteBuffer bases = ByteBuffer.allocate(count);
            try (FileChannel channel = FileChannel.open(file)) {
                while (bases.hasRemaining()) {
                    if (channel.read(bases, from + bases.position()) < 0) {
                        throw new IOException("it ends early");
                    }
                }
            } catch (IOException e) {
                throw unreadable(file, e);
            }
            byte[] read = bases.array();
            for (int i = 0; i < read.length; i++) {
                if (read[i] >= 'a' && read[i] <= 'z') {
                    read[i] -= 'a' - 'A';
                }
            }
            return read;
        }
    }
}
