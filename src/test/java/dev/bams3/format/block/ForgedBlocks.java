package dev.bams3.format.block;

import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.StreamDigest;
import java.util.Arrays;
import java.util.Random;

/** Blocks that a faulty or malicious writer could make: their contents are wrong, and every checksum agrees with them. */
public final class ForgedBlocks {
    private static final int[] EXTREMES = {0, 1, 127, 128, 0x7FFF, 1 << 20, 600_000_000, Integer.MAX_VALUE - 17, -1};

    private ForgedBlocks() {}

    /** Returns a block that differs from {@code block} in one stream, or in what it says of its own size. */
    public static EncodedBlock forge(EncodedBlock block, Random random) {
        BlockFrame frame = new BlockFrame("forged", block.stored(), 0, block.at(0, 0));
        int rawLength = Math.toIntExact(block.digest().bytes());
        int records = Math.toIntExact(block.digest().records());
        int victim = random.nextInt(frame.count);
        switch (random.nextInt(12)) {
            case 0 -> {
                rawLength = Math.max(1, EXTREMES[random.nextInt(EXTREMES.length)]);
                victim = -1;
            }
            case 1 -> {
                records = Math.max(1, EXTREMES[random.nextInt(EXTREMES.length)]);
                victim = -1;
            }
            default -> {}
        }
        byte[] stored;
        try (BlockFrameWriter out = new BlockFrameWriter(1);
                BlockStreams in = new BlockStreams()) {
            out.begin();
            for (int i = 0; i < frame.count; i++) {
                byte[] raw = new byte[frame.rawLengths[i]];
                in.unpack(frame, i, raw, 0);
                int transform = i == victim && random.nextInt(8) == 0 ? random.nextInt(8) : frame.transforms[i];
                byte[] forged = i == victim ? changed(raw, random) : raw;
                out.add(frame.ids[i], transform, forged, 0, forged.length);
            }
            stored = out.finish(rawLength, records, block.firstReference());
        }
        return resealed(block, stored, rawLength, records);
    }

    /** Returns the same block, saying of itself that it has so many bytes of records. */
    public static EncodedBlock claiming(EncodedBlock block, int rawLength) {
        BlockFrame frame = new BlockFrame("forged", block.stored(), 0, block.at(0, 0));
        int records = Math.toIntExact(block.digest().records());
        try (BlockFrameWriter out = new BlockFrameWriter(1);
                BlockStreams in = new BlockStreams()) {
            out.begin();
            for (int i = 0; i < frame.count; i++) {
                byte[] raw = new byte[frame.rawLengths[i]];
                in.unpack(frame, i, raw, 0);
                out.add(frame.ids[i], frame.transforms[i], raw, 0, raw.length);
            }
            return resealed(block, out.finish(rawLength, records, block.firstReference()), rawLength, records);
        }
    }

    private static byte[] changed(byte[] raw, Random random) {
        byte[] changed = raw.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(raw, random.nextInt(raw.length + 8));
            }
            case 1 -> random.nextBytes(changed);
            case 2 -> Arrays.fill(changed, (byte) random.nextInt());
            default -> {
                for (int i = 0; i <= random.nextInt(3) && raw.length > 0; i++) {
                    changed[random.nextInt(raw.length)] = (byte) random.nextInt();
                }
            }
        }
        return changed;
    }

    /** With the checksum of the records that the forged streams decode to, where they decode to any. */
    private static EncodedBlock resealed(EncodedBlock block, byte[] stored, int rawLength, int records) {
        StreamDigest digest =
                new StreamDigest(block.digest().crc32c(), block.digest().crc32(), rawLength, records);
        EncodedBlock forged = new EncodedBlock(
                stored,
                block.firstReference(),
                block.firstStart(),
                block.lastReference(),
                block.lastStart(),
                block.endMax(),
                block.reads(),
                digest,
                block.flagstat());
        if (rawLength > 1 << 22) {
            return forged;
        }
        byte[] decoded = new byte[rawLength];
        BlockEntry entry = forged.at(0, 0);
        try (BlockStreams streams = new BlockStreams()) {
            BlockFrame frame = new BlockFrame("forged", stored, 0, entry);
            int whole = frame.find(StreamIds.RECORDS);
            if (whole < 0) {
                streams.load(frame);
                new ColumnDecoder().decode(streams, records, frame.reference, decoded, rawLength, WantedColumns.ALL);
            } else {
                streams.unpack(frame, whole, decoded, 0);
            }
        } catch (ReadsException | IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
            // The reader will find the same.
            return forged;
        }
        return new EncodedBlock(
                stored,
                block.firstReference(),
                block.firstStart(),
                block.lastReference(),
                block.lastStart(),
                block.endMax(),
                block.reads(),
                StreamDigest.of(decoded, 0, rawLength, records),
                block.flagstat());
    }
}
