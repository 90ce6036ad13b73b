package dev.bams3.source.cram;

import dev.bams3.sam.BamRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes fields of BAM records (SAMv1 § 4.2). */
final class BamFields {
    /** More do not fit into the field; then they stand in the tag CG. */
    static final int MAX_CIGAR_LENGTH = 0xFFFF;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final String CODES = "=ACMGRSVTWYHKDBN";
    private static final byte[] NIBBLES = nibbles();

    private static final int MATE_REFERENCE = 24;
    private static final int FLAGS = 18;

    private BamFields() {}

    /** Base to code, as htslib maps all characters: what is no base is N. */
    private static byte[] nibbles() {
        byte[] nibbles = new byte[256];
        Arrays.fill(nibbles, (byte) 15);
        byte[] codes = CODES.getBytes(StandardCharsets.US_ASCII);
        for (int code = 0; code < codes.length; code++) {
            nibbles[codes[code]] = (byte) code;
            nibbles[Character.toLowerCase(codes[code])] = (byte) code;
        }
        for (int code = 0; code < 4; code++) {
            nibbles['0' + code] = (byte) (1 << code);
        }
        nibbles['U'] = nibbles['T'];
        nibbles['u'] = nibbles['T'];
        return nibbles;
    }

    static void putInt32(byte[] target, int offset, int value) {
        INT.set(target, offset, value);
    }

    private static void putInt16(byte[] target, int offset, int value) {
        SHORT.set(target, offset, (short) value);
    }

    /**
     * Writes {@code block_size} and the fixed fields up to {@code l_seq}; those of the mate come later.
     *
     * @param end 0-based, exclusive: of the bases that decide the bin
     */
    static void putFixed(
            byte[] target,
            int record,
            int length,
            int reference,
            int start,
            int end,
            int nameLength,
            int quality,
            int cigarLength,
            int bases) {
        putInt32(target, record, length - 4);
        putInt32(target, record + 4, reference);
        putInt32(target, record + 8, start);
        target[record + 12] = (byte) nameLength;
        target[record + 13] = (byte) quality;
        putInt16(target, record + 14, BamRecord.computedBin(start, end));
        putInt16(target, record + 16, cigarLength);
        putInt32(target, record + 20, bases);
    }

    static void putMate(byte[] target, int record, int flags, int reference, int start, int templateLength) {
        putInt16(target, record + FLAGS, flags);
        putInt32(target, record + MATE_REFERENCE, reference);
        putInt32(target, record + MATE_REFERENCE + 4, start);
        putInt32(target, record + MATE_REFERENCE + 8, templateLength);
    }

    /** Packs two bases a byte. */
    static void putBases(byte[] bases, int count, byte[] target, int offset) {
        int to = offset;
        int i = 0;
        for (; i + 1 < count; i += 2) {
            target[to++] = (byte) (NIBBLES[bases[i] & 0xFF] << 4 | NIBBLES[bases[i + 1] & 0xFF]);
        }
        if (i < count) {
            target[to] = (byte) (NIBBLES[bases[i] & 0xFF] << 4);
        }
    }
}
