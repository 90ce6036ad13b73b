package dev.bams3.bgzf;

import dev.bams3.fixtures.Bams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the tables of {@link HuffmanTables} from BAM files; an argument of several files separated by commas becomes one
 * table, to which each file contributes equally.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp ... dev.bams3.bgzf.HuffmanTraining out.bin nova.bam,rna.bam nanopore.bam
 * </pre>
 */
public final class HuffmanTraining {
    private static final String LIBRARY = "libisal.so.2";
    private static final int LITERALS_AND_LENGTHS = 286;
    private static final int DISTANCES = 30;

    /** {@code struct isal_huff_histogram}: 64-bit counts, then a table of hashes. */
    private static final int HISTOGRAM_LENGTH = 8 * (LITERALS_AND_LENGTHS + DISTANCES) + 2 * 8_192;

    private static final int BYTES_OF_A_FILE = 4_000_000;
    private static final long WEIGHT = 10_000_000;

    /** Count of a symbol that no file has, so that it can be coded. */
    private static final long RARE = 20;

    private HuffmanTraining() {}

    public static void main(String[] arguments) throws Throwable {
        SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        Linker linker = Linker.nativeLinker();
        MethodHandle count = linker.downcallHandle(
                library.findOrThrow("isal_update_histogram"),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        MethodHandle create = linker.downcallHandle(
                library.findOrThrow("isal_create_hufftables"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        ByteArrayOutputStream tables = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 1; i < arguments.length; i++) {
                MemorySegment sum = arena.allocate(HISTOGRAM_LENGTH, 64);
                for (String file : arguments[i].split(",")) {
                    add(histogram(records(file), count, arena), sum);
                }
                MemorySegment table = arena.allocate(HuffmanTables.LENGTH, 64);
                if ((int) create.invokeExact(table, sum) != 0) {
                    throw new IllegalStateException("no table for " + arguments[i]);
                }
                tables.write(table.toArray(ValueLayout.JAVA_BYTE));
            }
        }
        Files.write(Path.of(arguments[0]), tables.toByteArray());
    }

    private static byte[] records(String file) throws IOException {
        return Bams.read(Files.readAllBytes(Path.of(file)), file).records();
    }

    private static MemorySegment histogram(byte[] records, MethodHandle count, Arena arena) throws Throwable {
        MemorySegment histogram = arena.allocate(HISTOGRAM_LENGTH, 64);
        int length = Math.min(records.length, BYTES_OF_A_FILE);
        MemorySegment block = arena.allocate(BgzfDeflaters.MAX_PAYLOAD, 64);
        for (int at = 0; at < length; at += BgzfDeflaters.MAX_PAYLOAD) {
            int part = Math.min(BgzfDeflaters.MAX_PAYLOAD, length - at);
            MemorySegment.copy(records, at, block, ValueLayout.JAVA_BYTE, 0, part);
            count.invokeExact(block, part, histogram);
        }
        return histogram;
    }

    private static void add(MemorySegment histogram, MemorySegment sum) {
        add(histogram, sum, 0, LITERALS_AND_LENGTHS);
        add(histogram, sum, LITERALS_AND_LENGTHS, DISTANCES);
    }

    private static void add(MemorySegment histogram, MemorySegment sum, int first, int symbols) {
        long total = 1;
        for (int i = first; i < first + symbols; i++) {
            total += histogram.getAtIndex(ValueLayout.JAVA_LONG, i);
        }
        for (int i = first; i < first + symbols; i++) {
            long share = WEIGHT * histogram.getAtIndex(ValueLayout.JAVA_LONG, i) / total;
            sum.setAtIndex(ValueLayout.JAVA_LONG, i, sum.getAtIndex(ValueLayout.JAVA_LONG, i) + share + RARE);
        }
    }
}
