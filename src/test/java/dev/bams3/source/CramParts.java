package dev.bams3.source;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;

/**
 * A CRAM 3 file in parts (CRAM 3.1 § 7 to 8), which are damaged and put together again with the lengths and checksums that
 * belong to them, so that the damage gets past these.
 */
final class CramParts {
    private static final int DEFINITION_LENGTH = 26;
    private static final int RAW = 0;
    private static final int GZIP = 1;
    private static final long[] NUMBERS = {
        0, 1, -1, -2, 2, 127, 128, 65_536, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE
    };

    private final byte[] definition;
    private final List<Container> containers = new ArrayList<>();
    private final List<byte[]> originals = new ArrayList<>();
    private int damaged = -1;

    /** The numbers of a container's head, its blocks, and which of these begin its slices. */
    private record Container(long[] head, List<Block> blocks, List<Integer> slices) {}

    private static final class Block {
        private int method;
        private int type;
        private long id;
        private long rawLength;
        private byte[] data = {};
    }

    private CramParts(byte[] definition) {
        this.definition = definition;
    }

    /** Empty for another version, or a file that is cut. */
    static Optional<CramParts> of(byte[] file) {
        if (file.length < DEFINITION_LENGTH || file[4] != 3) {
            return Optional.empty();
        }
        CramParts parts = new CramParts(Arrays.copyOf(file, DEFINITION_LENGTH));
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(DEFINITION_LENGTH);
        try {
            while (in.hasRemaining()) {
                int begin = in.position();
                parts.containers.add(container(in));
                parts.originals.add(Arrays.copyOfRange(file, begin, in.position()));
            }
        } catch (RuntimeException e) {
            return Optional.empty();
        }
        return parts.containers.size() < 2 ? Optional.empty() : Optional.of(parts);
    }

    private static Container container(ByteBuffer in) {
        int length = in.getInt();
        long[] head = new long[6];
        for (int i = 0; i < head.length; i++) {
            head[i] = i < 4 ? itf8(in) : ltf8(in);
        }
        int blocks = (int) itf8(in);
        long[] landmarks = new long[(int) itf8(in)];
        for (int i = 0; i < landmarks.length; i++) {
            landmarks[i] = itf8(in);
        }
        in.getInt();
        int begin = in.position();
        Container container = new Container(head, new ArrayList<>(), new ArrayList<>());
        while (in.position() < begin + length) {
            int at = in.position() - begin;
            if (Arrays.stream(landmarks).anyMatch(landmark -> landmark == at)) {
                container.slices.add(container.blocks.size());
            }
            container.blocks.add(block(in));
        }
        if (container.blocks.size() != blocks) {
            throw new IllegalArgumentException("not the blocks of its head");
        }
        return container;
    }

    private static Block block(ByteBuffer in) {
        Block block = new Block();
        block.method = in.get();
        block.type = in.get();
        block.id = itf8(in);
        block.data = new byte[(int) itf8(in)];
        block.rawLength = itf8(in);
        in.get(block.data);
        in.getInt();
        return block;
    }

    /** Damages a part of a container, but not of the last one, which is the end of the file. */
    void damage(Random random, Mutations mutations, byte[] other) {
        damaged = random.nextInt(containers.size() - 1);
        Container container = containers.get(damaged);
        if (random.nextInt(8) == 0 || container.blocks.isEmpty()) {
            int number = random.nextInt(container.head.length);
            long value = NUMBERS[random.nextInt(NUMBERS.length)];
            // The last two have 64 bits.
            container.head[number] = number < 4 ? value : Math.abs(value);
            return;
        }
        Block block = container.blocks.get(random.nextInt(container.blocks.size()));
        switch (random.nextInt(12)) {
            case 0 -> block.method = random.nextInt(10);
            case 1 -> block.type = random.nextInt(7);
            case 2 -> block.id = NUMBERS[random.nextInt(NUMBERS.length)];
            case 3 -> block.rawLength = NUMBERS[random.nextInt(NUMBERS.length)];
            case 4 -> container.blocks.remove(block);
            default -> {
                boolean same = block.rawLength == block.data.length;
                if (block.method == GZIP) {
                    block.data = inflated(block.data);
                    block.method = RAW;
                    same = true;
                }
                block.data = mutations.of(block.data, other, false);
                if (same && random.nextInt(8) > 0) {
                    block.rawLength = block.data.length;
                }
            }
        }
    }

    /** Puts another header text in the place of the file's own. */
    void replaceHeader(byte[] text) {
        damaged = 0;
        Block block = containers.getFirst().blocks.getFirst();
        block.method = RAW;
        block.data = ByteBuffer.allocate(4 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(text.length)
                .put(text)
                .array();
        block.rawLength = block.data.length;
    }

    private static byte[] inflated(byte[] gzip) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        } catch (IOException e) {
            return gzip;
        }
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(definition);
        for (int number = 0; number < containers.size(); number++) {
            if (number != damaged) {
                out.writeBytes(originals.get(number));
                continue;
            }
            Container container = containers.get(number);
            ByteArrayOutputStream blocks = new ByteArrayOutputStream();
            List<Integer> landmarks = new ArrayList<>();
            for (int i = 0; i < container.blocks.size(); i++) {
                if (container.slices.contains(i)) {
                    landmarks.add(blocks.size());
                }
                blocks.writeBytes(withChecksum(bytes(container.blocks.get(i))));
            }
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            head.writeBytes(int32(blocks.size()));
            for (int i = 0; i < container.head.length; i++) {
                head.writeBytes(i < 4 ? itf8(container.head[i]) : ltf8(container.head[i]));
            }
            head.writeBytes(itf8(container.blocks.size()));
            head.writeBytes(itf8(landmarks.size()));
            landmarks.forEach(landmark -> head.writeBytes(itf8(landmark)));
            out.writeBytes(withChecksum(head.toByteArray()));
            out.writeBytes(blocks.toByteArray());
        }
        return out.toByteArray();
    }

    private static byte[] bytes(Block block) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(block.method);
        out.write(block.type);
        out.writeBytes(itf8(block.id));
        out.writeBytes(itf8(block.data.length));
        out.writeBytes(itf8(block.rawLength));
        out.writeBytes(block.data);
        return out.toByteArray();
    }

    private static byte[] withChecksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return ByteBuffer.allocate(bytes.length + 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bytes)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** CRAM 3.1 § 2.3. */
    private static long itf8(ByteBuffer in) {
        int first = in.get() & 0xFF;
        int more = Math.min(4, Integer.numberOfLeadingZeros(~first << 24));
        if (more == 4) {
            return first << 28
                    | (in.get() & 0xFF) << 20
                    | (in.get() & 0xFF) << 12
                    | (in.get() & 0xFF) << 4
                    | in.get() & 0xF;
        }
        int value = first & 0xFF >> more + 1;
        for (int i = 0; i < more; i++) {
            value = value << 8 | in.get() & 0xFF;
        }
        return value;
    }

    private static byte[] itf8(long number) {
        int value = (int) number;
        if (value >>> 28 == 0) {
            return shortest(value, 4);
        }
        return new byte[] {
            (byte) (0xF0 | value >>> 28),
            (byte) (value >>> 20),
            (byte) (value >>> 12),
            (byte) (value >>> 4),
            (byte) (value & 0xF)
        };
    }

    /** As many bytes follow the first as it begins with ones; of its other bits none is wasted. */
    private static byte[] shortest(long value, int most) {
        int more = 0;
        while (more < most - 1 && value >>> 7 * (more + 1) != 0) {
            more++;
        }
        byte[] bytes = new byte[more + 1];
        for (int i = 0; i <= more; i++) {
            bytes[i] = (byte) (value >>> 8 * (more - i));
        }
        bytes[0] |= (byte) (0xFF00 >>> more);
        return bytes;
    }

    private static long ltf8(ByteBuffer in) {
        int first = in.get() & 0xFF;
        int more = Integer.numberOfLeadingZeros(~first << 24);
        long value = more >= 7 ? 0 : first & 0xFF >> more + 1;
        for (int i = 0; i < Math.min(8, more); i++) {
            value = value << 8 | in.get() & 0xFF;
        }
        return value;
    }

    private static byte[] ltf8(long value) {
        return value >>> 49 == 0
                ? shortest(value, 7)
                : ByteBuffer.allocate(9).put((byte) 0xFF).putLong(value).array();
    }
}
