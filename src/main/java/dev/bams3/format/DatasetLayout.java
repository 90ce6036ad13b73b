package dev.bams3.format;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names of a dataset's objects, below the dataset's own key. */
public final class DatasetLayout {
    /** The commit; the only name whose bytes are ever replaced. */
    public static final String METADATA = "_metadata.json";

    /** Chunks of one generation, numbered in six digits. */
    public static final int MAX_CHUNKS = 1_000_000;

    private static final Pattern GENERATION = Pattern.compile("[0-9A-Za-z][0-9A-Za-z-]{0,31}");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private DatasetLayout() {}

    /** A new generation's name: generations sort by the time they were begun, and two begun together differ. */
    public static String newGeneration(Instant begun, UUID unique) {
        return STAMP.format(begun) + "-" + unique.toString().substring(0, 8);
    }

    /** 1 to 32 letters, digits and hyphens, not beginning with a hyphen. */
    public static boolean isGeneration(String text) {
        return GENERATION.matcher(text).matches();
    }

    public static String header(String generation) {
        return generation + "/header.sam.zst";
    }

    public static String index(String generation) {
        return generation + "/index.b3i";
    }

    /** The summary of depth, which a dataset need not have. */
    public static String depth(String generation) {
        return generation + "/depth.b3d";
    }

    /** @param ordinal 0 to {@link #MAX_CHUNKS} - 1 */
    public static String chunk(String generation, int ordinal) {
        if (ordinal < 0 || ordinal >= MAX_CHUNKS) {
            throw new IllegalArgumentException("chunk " + ordinal);
        }
        return String.format(Locale.ROOT, "%s/chunks/%06d.b3c", generation, ordinal);
    }
}
