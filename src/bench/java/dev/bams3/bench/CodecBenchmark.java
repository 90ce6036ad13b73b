package dev.bams3.bench;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import dev.bams3.fixtures.BamBlocks;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.block.BlockDecoder;
import dev.bams3.format.block.BlockEncoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Size and speed of the block codec on BAM files, against two rivals in the same run: the same records as rows in zstd 3
 * frames, and as BGZF blocks by the JDK's deflater at level 6. MB is 10^6 bytes of BAM records; times are thread CPU time,
 * the median of several rounds after a warm-up; every block is compared with its input.
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath
 * java -Xbatch --enable-native-access=ALL-UNNAMED -cp target/test-classes:target/classes:$(cat target/test.classpath) \
 *     dev.bams3.bench.CodecBenchmark reads.bam ...
 * </pre>
 *
 * A folder stands for the BAM files in it. {@code -Xbatch} has the compiler finish before a round goes on: where other work
 * holds the cores, it would otherwise still be at it when the warm-up ends, and the rounds would time half-compiled code.
 */
public final class CodecBenchmark {
    private static final int BGZF_PAYLOAD = 65_280;
    private static final int BGZF_FRAME = 26;
    private static final int ROUNDS = 5;
    private static final long ROUND_BYTES = 60_000_000;

    private CodecBenchmark() {}

    public static void main(String[] args) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String arg : args) {
            Path path = Path.of(arg);
            if (Files.isDirectory(path)) {
                try (var children = Files.list(path)) {
                    children.filter(child -> child.toString().endsWith(".bam"))
                            .sorted()
                            .forEach(files::add);
                }
            } else {
                files.add(path);
            }
        }
        System.out.println("| file | raw MB | BAM 6 | zstd 3 rows | BAMS3 | BAMS3 / BAM | encode MB/s | decode MB/s"
                + " | rows encode | rows decode | deflate 6 | inflate |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
        for (Path file : files) {
            System.out.println(new Row(file).measure());
        }
    }

    /** One file's measurement. */
    private static final class Row {
        private final Path file;
        private final List<byte[]> blocks;
        private final long raw;

        Row(Path file) throws IOException {
            this.file = file;
            blocks = BamBlocks.of(file, BlockSizing.DEFAULT);
            raw = blocks.stream().mapToLong(block -> block.length).sum();
        }

        String measure() {
            double[] deflate = deflate();
            double[] rows = rows();
            double[] columns = columns();
            String name = file.getFileName().toString().replace(".bam", "");
            return String.format(
                    Locale.ROOT,
                    "| %s | %.1f | %.4f | %.4f | %.4f | **%.2f** | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |",
                    name,
                    raw / 1e6,
                    deflate[0],
                    rows[0],
                    columns[0],
                    columns[0] / deflate[0],
                    columns[1],
                    columns[2],
                    rows[1],
                    rows[2],
                    deflate[1],
                    deflate[2]);
        }

        /** Share of the raw bytes, MB/s in, MB/s out. */
        private double[] columns() {
            List<EncodedBlock> encoded = new ArrayList<>();
            double encode;
            double decode;
            try (BlockEncoder encoder = new BlockEncoder();
                    BlockDecoder decoder = new BlockDecoder()) {
                encode = speed(() -> {
                    encoded.clear();
                    for (byte[] block : blocks) {
                        encoded.add(encoder.encode(block, 0, block.length));
                    }
                });
                List<BlockEntry> entries = new ArrayList<>();
                for (EncodedBlock block : encoded) {
                    entries.add(new BlockEntry(
                            0,
                            0,
                            block.stored().length,
                            (int) block.digest().bytes(),
                            (int) block.digest().records(),
                            block.firstReference(),
                            block.firstStart(),
                            block.lastReference(),
                            block.lastStart(),
                            block.endMax(),
                            block.bases(),
                            block.digest().crc32c()));
                }
                decode = speed(() -> {
                    for (int i = 0; i < entries.size(); i++) {
                        byte[] records = decoder.decode("chunk", encoded.get(i).stored(), 0, entries.get(i));
                        if (records.length != blocks.get(i).length) {
                            throw new IllegalStateException("block " + i);
                        }
                    }
                });
                for (int i = 0; i < entries.size(); i++) {
                    byte[] records = decoder.decode("chunk", encoded.get(i).stored(), 0, entries.get(i));
                    if (!Arrays.equals(records, blocks.get(i))) {
                        throw new IllegalStateException("block " + i + " differs");
                    }
                }
            }
            // About 9 bytes of index and a directory entry for each block.
            long stored = encoded.stream()
                    .mapToLong(block -> block.stored().length + 24)
                    .sum();
            return new double[] {stored / (double) raw, encode, decode};
        }

        private double[] rows() {
            List<byte[]> packed = new ArrayList<>();
            double encode;
            double decode;
            try (ZstdCompressCtx in = new ZstdCompressCtx();
                    ZstdDecompressCtx out = new ZstdDecompressCtx()) {
                in.setLevel(3);
                encode = speed(() -> {
                    packed.clear();
                    blocks.forEach(block -> packed.add(in.compress(block)));
                });
                decode = speed(() -> {
                    for (int i = 0; i < blocks.size(); i++) {
                        out.decompress(packed.get(i), blocks.get(i).length);
                    }
                });
            }
            return new double[] {
                packed.stream().mapToLong(frame -> frame.length).sum() / (double) raw, encode, decode
            };
        }

        private double[] deflate() {
            List<byte[]> packed = new ArrayList<>();
            Deflater deflater = new Deflater(6, true);
            long start = cpu();
            byte[] target = new byte[1 << 17];
            long size = 0;
            for (byte[] block : blocks) {
                for (int at = 0; at < block.length; at += BGZF_PAYLOAD) {
                    deflater.reset();
                    deflater.setInput(block, at, Math.min(BGZF_PAYLOAD, block.length - at));
                    deflater.finish();
                    int length = deflater.deflate(target);
                    packed.add(Arrays.copyOf(target, length));
                    size += length + BGZF_FRAME;
                }
            }
            double in = raw * 1e3 / (cpu() - start);
            deflater.end();
            Inflater inflater = new Inflater(true);
            double out = speed(() -> {
                try {
                    for (byte[] block : packed) {
                        inflater.reset();
                        inflater.setInput(block);
                        inflater.inflate(target);
                    }
                } catch (java.util.zip.DataFormatException e) {
                    throw new IllegalStateException(e);
                }
            });
            inflater.end();
            return new double[] {size / (double) raw, in, out};
        }

        /** Median MB/s of rounds that each handle the file often enough to be timed. */
        private double speed(Runnable work) {
            int repeats = (int) Math.max(1, ROUND_BYTES / Math.max(1, raw));
            double[] rounds = new double[ROUNDS];
            for (int round = -3; round < ROUNDS; round++) {
                long start = cpu();
                for (int i = 0; i < repeats; i++) {
                    work.run();
                }
                double speed = raw * (double) repeats * 1e3 / Math.max(1, cpu() - start);
                if (round >= 0) {
                    rounds[round] = speed;
                }
            }
            Arrays.sort(rounds);
            return rounds[ROUNDS / 2];
        }

        private static long cpu() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }
    }
}
