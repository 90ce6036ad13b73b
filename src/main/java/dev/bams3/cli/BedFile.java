package dev.bams3.cli;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Regions of a BED file (GA4GH BED specification 1.0): the first three columns of its lines. */
final class BedFile {
    private static final Pattern COLUMNS = Pattern.compile("[\\t ]+");
    /** Words of a browser, not the beginning of a reference's name. */
    private static final Pattern NO_REGION = Pattern.compile("(?:track|browser)(?: |$)");

    private static final Pattern POSITION = Pattern.compile("[0-9]{1,10}");
    private static final int GZIP_MAGIC = 0x1f8b;

    private BedFile() {}

    /**
     * Returns one region a line, in the order of the file. Comments, {@code track} and {@code browser} lines are skipped.
     *
     * @throws ReadsException INVALID_INPUT naming file and line, for a line without three columns and for an empty interval
     */
    static List<Region> read(Path path) throws IOException {
        try (InputStream file = Files.newInputStream(path)) {
            return read(file, path.toString());
        }
    }

    /**
     * Returns the regions of a stream, which stays open, as {@link #read(Path)} does those of a file.
     *
     * @param name what messages call the stream
     */
    static List<Region> read(InputStream in, String name) throws IOException {
        List<Region> regions = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(inflated(in), StandardCharsets.UTF_8));
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (!isSkipped(line)) {
                regions.add(region(line, name + " line " + number));
            }
        }
        if (regions.isEmpty()) {
            throw ReadsException.invalidInput("-L", name + " has no region");
        }
        return regions;
    }

    private static InputStream inflated(InputStream in) throws IOException {
        BufferedInputStream bytes = new BufferedInputStream(in, 1 << 16);
        bytes.mark(2);
        int magic = bytes.read() << 8 | bytes.read();
        bytes.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(bytes, 1 << 16) : bytes;
    }

    private static boolean isSkipped(String line) {
        return line.isBlank() || line.startsWith("#") || NO_REGION.matcher(line).lookingAt();
    }

    private static Region region(String line, String place) {
        String[] columns = COLUMNS.split(line.strip(), 4);
        if (columns.length < 3
                || !POSITION.matcher(columns[1]).matches()
                || !POSITION.matcher(columns[2]).matches()) {
            throw ReadsException.invalidInput("-L", place + ": '" + line + "' is not a name, a start and an end");
        }
        long start = Long.parseLong(columns[1]);
        long end = Long.parseLong(columns[2]);
        if (end <= start) {
            throw ReadsException.invalidInput("-L", place + ": the end " + end + " is not behind the start " + start);
        }
        return new Region(columns[0], start, OptionalLong.of(end));
    }
}
