package dev.bams3.source;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What CRAM holds of a BAM record, as text: without what docs/operations.md lists as lost, which is the difference between
 * {@code =}, {@code X} and {@code M}, the place of RG, MD and NM among the tags, the type of NM, the bin, and the CIGAR of an
 * unmapped read.
 */
final class CramRecord {
    private static final String OPERATIONS = "MIDNSHPMM";
    private static final String BASES = "NACMGRSVTWYHKDBN";
    private static final Set<String> MOVED = Set.of("MD", "NM", "RG");
    private static final int UNMAPPED = 4;
    private static final int CIGAR_TAG_OPERATIONS = 2;

    private final StringBuilder text = new StringBuilder();
    private String read = "";
    private boolean isIncomplete;
    private final Map<String, String> moved = new TreeMap<>();

    private CramRecord() {}

    /**
     * Describes a record.
     *
     * @param original the BAM's record, whose missing MD and NM are left out here, too
     * @param missingHeld whether the version of CRAM holds that SEQ or QUAL is missing
     */
    static String of(byte[] record, byte[] original, boolean missingHeld) {
        CramRecord described = parse(record);
        CramRecord other = parse(original);
        described.moved.keySet().retainAll(other.moved.keySet());
        String read = missingHeld || !other.isIncomplete ? described.read : "";
        return described.text + read + "\n" + described.moved;
    }

    /** Writes the bases of a read where they lie on its reference, unless another was there before. */
    static void align(byte[] record, byte[] reference) {
        ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int operations = in.getShort(16) & 0xFFFF;
        int length = in.getInt(20);
        int cigar = 36 + (in.get(12) & 0xFF);
        int bases = cigar + 4 * operations;
        long at = in.getInt(8);
        int read = 0;
        for (int i = 0; i < operations; i++) {
            int operation = in.getInt(cigar + 4 * i);
            int count = operation >>> 4;
            switch (operation & 0xF) {
                case 0, 7, 8 -> {
                    for (int end = read + count; read < end; read++, at++) {
                        if (read < length && at >= 0 && at < reference.length && reference[(int) at] == 'N') {
                            reference[(int) at] =
                                    (byte) BASES.charAt(record[bases + read / 2] >> (read % 2 == 0 ? 4 : 0) & 0xF);
                        }
                    }
                }
                case 2, 3 -> at += count;
                case 1, 4 -> read += count;
                default -> {}
            }
        }
    }

    private static CramRecord parse(byte[] record) {
        CramRecord parsed = new CramRecord();
        ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        in.getInt();
        int reference = in.getInt();
        int position = in.getInt();
        int nameLength = in.get() & 0xFF;
        int quality = in.get() & 0xFF;
        in.getShort();
        int operations = in.getShort() & 0xFFFF;
        int flags = in.getShort() & 0xFFFF;
        int length = in.getInt();
        parsed.text
                .append(reference)
                .append(':')
                .append(position)
                .append(" flags ")
                .append(flags)
                .append(" quality ")
                .append(quality);
        parsed.text.append(" mate ").append(in.getInt()).append(':').append(in.getInt());
        parsed.text.append(" length ").append(in.getInt()).append(' ').append(text(in, nameLength));
        parsed.text.append("\ncigar ");
        boolean inTag = parsed.cigar(in, operations, length, (flags & UNMAPPED) != 0);
        String bases = hex(in, (length + 1) / 2);
        String scores = hex(in, length);
        parsed.read = "\nbases " + bases + "\nscores " + scores;
        parsed.isIncomplete = length == 0 || scores.startsWith("ff");
        while (in.hasRemaining()) {
            parsed.tag(in, inTag);
        }
        return parsed;
    }

    /** Returns whether it is the stand-in for one of more than 65,535 operations. */
    private boolean cigar(ByteBuffer in, int operations, int length, boolean unmapped) {
        int[] cigar = new int[operations];
        for (int i = 0; i < operations; i++) {
            cigar[i] = in.getInt();
        }
        if (operations == CIGAR_TAG_OPERATIONS && cigar[0] == (length << 4 | 4) && (cigar[1] & 0xF) == 3) {
            return true;
        }
        if (!unmapped) {
            cigar(cigar);
        }
        return false;
    }

    private void cigar(int[] cigar) {
        char last = 0;
        long run = 0;
        for (int operation : cigar) {
            char named = OPERATIONS.charAt(operation & 0xF);
            if (named != last && run > 0) {
                text.append(run).append(last);
                run = 0;
            }
            last = named;
            run += operation >>> 4;
        }
        if (run > 0) {
            text.append(run).append(last);
        }
    }

    private void tag(ByteBuffer in, boolean cigarInTag) {
        String name = text(in, 2);
        char type = (char) in.get();
        String value = switch (type) {
            case 'A' -> hex(in, 1);
            case 'c' -> "" + in.get();
            case 'C' -> "" + (in.get() & 0xFF);
            case 's' -> "" + in.getShort();
            case 'S' -> "" + (in.getShort() & 0xFFFF);
            case 'i' -> "" + in.getInt();
            case 'I' -> "" + (in.getInt() & 0xFFFFFFFFL);
            case 'f' -> hex(in, 4);
            case 'Z', 'H' -> terminated(in);
            default -> {
                char element = (char) in.get();
                int count = in.getInt();
                if (cigarInTag && name.equals("CG")) {
                    int[] cigar = new int[count];
                    in.asIntBuffer().get(cigar);
                    in.position(in.position() + 4 * count);
                    cigar(cigar);
                    yield "a CIGAR";
                }
                int size = "cCA".indexOf(element) >= 0 ? 1 : "sS".indexOf(element) >= 0 ? 2 : 4;
                yield element + hex(in, count * size);
            }
        };
        if (MOVED.contains(name)) {
            moved.put(name, value);
        } else {
            text.append('\n').append(name).append(':').append(type).append(':').append(value);
        }
    }

    private static String terminated(ByteBuffer in) {
        int from = in.position();
        while (in.get() != 0) {
            // Behind the NUL.
        }
        return new String(in.array(), from, in.position() - 1 - from, StandardCharsets.ISO_8859_1);
    }

    private static String text(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String hex(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
