package dev.bams3.jobs;

import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Name of a job: 32 hexadecimal digits, derived from what makes two submissions the same one, so that submitting twice
 * names the same job without anybody having to look.
 */
public record JobId(String value) implements Comparable<JobId> {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /** @throws ReadsException NOT_FOUND for anything else: no job can have such a name */
    public JobId {
        if (!ID.matcher(value).matches()) {
            throw ReadsException.notFound("id", "no conversion has such an id; GET /admin/conversions lists them");
        }
    }

    /** The job of a client's own key. */
    static JobId ofKey(String key) {
        return of("key", key);
    }

    /** The job that makes this dataset of these bytes. */
    static JobId ofWork(String source, String etag, String dataset) {
        return of("work", source, etag, dataset);
    }

    private static JobId of(String... parts) {
        return new JobId(digest(parts));
    }

    /** 32 hexadecimal digits that other parts do not have. */
    static String digest(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static boolean isValid(String text) {
        return ID.matcher(text).matches();
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
