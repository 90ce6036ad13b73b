package dev.bams3.format.block;

import dev.bams3.sam.BamRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Records that pile up on one invented genome, so that every column transform has something to do: pairs whose names and
 * mate fields point at each other (or lie about it), names of numbered fields, a consensus with mismatches, indels, clips
 * and gaps, small alphabets of qualities, and every now and then bytes that no field should have.
 */
public final class PileRecords {
    private static final int GENOME = 3000;
    private static final byte[] CODES = {1, 2, 4, 8};

    private final Random random;
    private final byte[] genome = new byte[GENOME + 2000];
    private final int alphabet;
    private final int nameStyle;
    private final double mess;

    public PileRecords(long seed) {
        random = new Random(seed);
        for (int i = 0; i < genome.length; i++) {
            genome[i] = CODES[random.nextInt(4)];
        }
        alphabet = 1 + random.nextInt(20);
        nameStyle = random.nextInt(6);
        mess = random.nextBoolean() ? 0 : 0.1;
    }

    /** Records of one reference, or of none, ordered by start. */
    public byte[] block(int count, int reference) {
        List<byte[]> records = new ArrayList<>();
        while (records.size() < count) {
            byte[] name = name(random.nextInt(1000));
            int first = random.nextInt(GENOME);
            int second = Math.min(GENOME, first + random.nextInt(300));
            int copies = odd() ? 3 : 2;
            for (int i = 0; i < copies; i++) {
                boolean isFirst = i == 0;
                int flags = odd() ? random.nextInt(0x1000) : 0x3 | (isFirst ? 0x60 : 0x90) | (i == 2 ? 0x800 : 0);
                records.add(record(
                        name,
                        reference,
                        reference < 0 ? -1 : isFirst ? first : second,
                        reference < 0 ? -1 : isFirst ? second : first,
                        flags | (reference < 0 ? 4 : 0)));
            }
        }
        records.sort(Comparator.comparingInt(record -> BamRecord.start(record, 0)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        records.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private boolean odd() {
        return random.nextDouble() < mess;
    }

    private byte[] name(int number) {
        String text = switch (nameStyle) {
            case 0 -> "A00" + number % 3 + ":7:HX3DS:" + number % 4 + ":" + number + ":" + random.nextInt(40_000);
            case 1 -> "SRR0012." + number;
            case 2 -> "r" + Long.toHexString(random.nextLong());
            case 3 -> number + "/" + "12345678901234567890" + "/0" + number;
            case 4 -> "x";
            default -> "1:".repeat(random.nextInt(40)) + "z";
        };
        byte[] name = (text + "\0").getBytes(StandardCharsets.ISO_8859_1);
        if (odd() && name.length > 3) {
            name[random.nextInt(name.length)] = 0;
        }
        return name;
    }

    private byte[] record(byte[] name, int reference, int start, int mateStart, int flags) {
        List<Integer> cigar = new ArrayList<>();
        ByteArrayOutputStream bases = new ByteArrayOutputStream();
        int position = Math.max(0, start);
        if (reference >= 0 && random.nextInt(20) != 0) {
            int parts = 1 + random.nextInt(3);
            for (int part = 0; part < parts; part++) {
                int length = 1 + random.nextInt(60);
                cigar.add(length << 4 | (random.nextInt(9) == 0 ? 7 : 0));
                for (int i = 0; i < length; i++) {
                    bases.write(random.nextInt(60) == 0 ? random.nextInt(16) : genome[position + i]);
                }
                position += length;
                int between = part + 1 < parts ? new int[] {1, 2, 3, 4, 5, 6, 9}[random.nextInt(7)] : 4;
                int gap = random.nextInt(between == 3 ? 400 : 40);
                cigar.add(gap << 4 | between);
                position += between == 2 || between == 3 ? gap : 0;
                for (int i = 0; i < gap && (between == 1 || between == 4); i++) {
                    bases.write(CODES[random.nextInt(4)]);
                }
            }
        } else {
            for (int i = random.nextInt(80); i > 0; i--) {
                bases.write(random.nextInt(16));
            }
        }
        byte[] sequence = bases.toByteArray();
        if (odd()) {
            // The CIGAR does not fit the bases any more.
            sequence = java.util.Arrays.copyOf(sequence, random.nextInt(sequence.length + 1));
        }
        return build(name, reference, start, mateStart, flags, cigar, sequence, position);
    }

    private byte[] build(
            byte[] name,
            int reference,
            int start,
            int mateStart,
            int flags,
            List<Integer> cigar,
            byte[] sequence,
            int end) {
        byte[] tags = tags(sequence.length);
        int packed = (sequence.length + 1) / 2;
        int size = 32 + name.length + 4 * cigar.size() + packed + sequence.length + tags.length;
        ByteBuffer out = ByteBuffer.allocate(size + 4).order(ByteOrder.LITTLE_ENDIAN);
        int bin = odd() ? random.nextInt(1 << 16) : BamRecord.computedBin(start, Math.max(start + 1, end));
        out.putInt(size).putInt(reference).putInt(start);
        out.put((byte) name.length).put((byte) random.nextInt(61));
        out.putShort((short) bin).putShort((short) cigar.size()).putShort((short) flags);
        out.putInt(sequence.length).putInt(odd() ? random.nextInt() : reference);
        out.putInt(odd() ? random.nextInt() : mateStart).putInt(odd() ? random.nextInt() : mateStart - start);
        out.put(name);
        cigar.forEach(out::putInt);
        for (int i = 0; i < packed; i++) {
            int low = 2 * i + 1 < sequence.length ? sequence[2 * i + 1] : odd() ? random.nextInt(16) : 0;
            out.put((byte) (sequence[2 * i] << 4 | low));
        }
        boolean missing = odd();
        for (int i = 0; i < sequence.length; i++) {
            out.put((byte) (missing ? 0xFF : 2 + 2 * random.nextInt(alphabet)));
        }
        return out.put(tags).array();
    }

    private byte[] tags(int bases) {
        ByteBuffer out = ByteBuffer.allocate(4000).order(ByteOrder.LITTLE_ENDIAN);
        out.put("NMC".getBytes(StandardCharsets.US_ASCII)).put((byte) random.nextInt(5));
        out.put(("RGZgroup" + random.nextInt(3) + "\0").getBytes(StandardCharsets.US_ASCII));
        out.put("OQZ".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < bases; i++) {
            out.put((byte) ('!' + random.nextInt(alphabet)));
        }
        out.put((byte) 0);
        for (int i = random.nextInt(3); i > 0; i--) {
            out.put(("MDZ" + random.nextInt(100) + "A" + random.nextInt(100) + "\0")
                    .getBytes(StandardCharsets.US_ASCII));
            out.put("x1i".getBytes(StandardCharsets.US_ASCII)).putInt(random.nextInt());
            out.put("x2s".getBytes(StandardCharsets.US_ASCII)).putShort((short) random.nextInt());
            out.put("x3f".getBytes(StandardCharsets.US_ASCII)).putFloat(random.nextFloat());
            out.put("x4BS".getBytes(StandardCharsets.US_ASCII)).putInt(2).putInt(random.nextInt());
            out.put("x5Bc".getBytes(StandardCharsets.US_ASCII)).putInt(0);
            out.put("x6c".getBytes(StandardCharsets.US_ASCII)).put((byte) random.nextInt());
        }
        byte[] tags = new byte[out.position()];
        out.flip();
        out.get(tags);
        if (odd()) {
            byte[] cut = java.util.Arrays.copyOf(tags, random.nextInt(tags.length));
            if (cut.length > 0) {
                cut[random.nextInt(cut.length)] = (byte) random.nextInt();
            }
            return cut;
        }
        return tags;
    }
}
