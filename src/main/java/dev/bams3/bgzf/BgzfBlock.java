package dev.bams3.bgzf;

import dev.bams3.error.ReadsException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where one whole BGZF block lies in a byte array. Header and trailer sizes have been checked; the deflated data and its
 * CRC are checked by {@link BgzfInflaters}.
 *
 * @param offset index of the block's first byte in the array
 * @param headerLength bytes before the deflated data, 18 unless the block carries further extra fields
 * @param length bytes of the whole block, header and trailer included: 26 to 65,536
 * @param inflatedLength ISIZE: bytes that the block inflates to, 0 to 65,536
 * @param fileOffset position of the block in its file, for error messages and virtual offsets
 */
public record BgzfBlock(int offset, int headerLength, int length, int inflatedLength, long fileOffset) {
    /** No block is longer, deflated or inflated. */
    public static final int MAX_LENGTH = 65_536;

    /** CRC32 and ISIZE. */
    static final int TRAILER_LENGTH = 8;

    /** Header of a block whose only extra field is BC. */
    static final int HEADER_LENGTH = 18;

    private static final int FIXED_HEADER_LENGTH = 12;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** The empty block that ends every whole BGZF file (SAMv1 § 4.1.2). */
    private static final byte[] END_OF_FILE = {
        0x1f,
        (byte) 0x8b,
        8,
        4,
        0,
        0,
        0,
        0,
        0,
        (byte) 0xff,
        6,
        0,
        0x42,
        0x43,
        2,
        0,
        0x1b,
        0,
        3,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0
    };

    /** Bytes of the end-of-file block. */
    public static final int END_OF_FILE_LENGTH = END_OF_FILE.length;

    /** A copy of the end-of-file block. */
    public static byte[] endOfFile() {
        return END_OF_FILE.clone();
    }

    /**
     * The block that begins at {@code offset}, or empty if {@code end} comes before the block's end.
     *
     * @param end index after the last valid byte of the array
     * @param fileOffset position in the file of the byte at {@code offset}
     * @throws ReadsException CORRUPT, naming the field and the block's file offset
     */
    public static Optional<BgzfBlock> at(byte[] bytes, int offset, int end, long fileOffset, String resource) {
        checkMagic(bytes, offset, end, fileOffset, resource);
        if (end - offset < FIXED_HEADER_LENGTH) {
            return Optional.empty();
        }
        int headerLength = FIXED_HEADER_LENGTH + uint16(bytes, offset + 10);
        if (end - offset < headerLength) {
            return Optional.empty();
        }
        int length = blockLength(bytes, offset + FIXED_HEADER_LENGTH, offset + headerLength, fileOffset, resource);
        if (length <= headerLength + TRAILER_LENGTH) {
            throw ReadsException.corrupt(
                    resource,
                    fileOffset,
                    "BGZF BSIZE",
                    "a block of " + length + " bytes is shorter than its own header");
        }
        if (end - offset < length) {
            return Optional.empty();
        }
        int inflatedLength = int32(bytes, offset + length - 4);
        if (inflatedLength < 0 || inflatedLength > MAX_LENGTH) {
            throw ReadsException.corrupt(
                    resource,
                    fileOffset,
                    "BGZF ISIZE",
                    Integer.toUnsignedString(inflatedLength) + " is more than a block may hold (65536)");
        }
        return Optional.of(new BgzfBlock(offset, headerLength, length, inflatedLength, fileOffset));
    }

    /**
     * The whole blocks at the front of some bytes. What follows the last of them is the beginning of a block (or nothing)
     * and belongs in front of the bytes that come next.
     *
     * @param fileOffset position in the file of the byte at {@code offset}
     * @throws ReadsException CORRUPT, naming the field and the block's file offset
     */
    public static List<BgzfBlock> split(byte[] bytes, int offset, int end, long fileOffset, String resource) {
        List<BgzfBlock> blocks = new ArrayList<>();
        int at = offset;
        while (at < end) {
            Optional<BgzfBlock> block = at(bytes, at, end, fileOffset + (at - offset), resource);
            if (block.isEmpty()) {
                break;
            }
            blocks.add(block.get());
            at = block.get().end();
        }
        return blocks;
    }

    /**
     * Checks that a file ends with the end-of-file block: without it a whole file cannot be
     * distinguished from a broken copy.
     *
     * @param tail array whose last bytes before {@code end} are the last of the file
     * @throws ReadsException CORRUPT when it is missing
     */
    public static void requireEndOfFile(byte[] tail, int end, long fileLength, String resource) {
        int from = end - END_OF_FILE.length;
        if (from < 0 || !Arrays.equals(tail, from, end, END_OF_FILE, 0, END_OF_FILE.length)) {
            throw ReadsException.corrupt(
                    resource,
                    Math.max(0, fileLength - END_OF_FILE.length),
                    "BGZF end-of-file block",
                    "missing: the file is truncated, or was still being written when it was copied");
        }
    }

    /** The failure of a file that ends inside the block that begins at {@code fileOffset}. */
    public static ReadsException truncated(long fileOffset, int available, String resource) {
        return ReadsException.corrupt(
                resource,
                fileOffset,
                "BGZF block",
                "the file ends after " + available + " bytes of it: it is truncated");
    }

    /** Index after the block's last byte. */
    public int end() {
        return offset + length;
    }

    public boolean isEmpty() {
        return inflatedLength == 0;
    }

    int dataOffset() {
        return offset + headerLength;
    }

    int dataLength() {
        return length - headerLength - TRAILER_LENGTH;
    }

    private static void checkMagic(byte[] bytes, int offset, int end, long fileOffset, String resource) {
        int known = Math.min(4, end - offset);
        if (!Arrays.equals(bytes, offset, offset + known, END_OF_FILE, 0, known)) {
            throw ReadsException.corrupt(
                    resource,
                    fileOffset,
                    "BGZF magic",
                    "1f 8b 08 04 expected: not a BGZF file, or damaged before this byte");
        }
    }

    /** BSIZE + 1 from the BC subfield among the extra fields between {@code from} and {@code to}. */
    private static int blockLength(byte[] bytes, int from, int to, long fileOffset, String resource) {
        int at = from;
        while (to - at >= 4) {
            int subfieldLength = uint16(bytes, at + 2);
            if (subfieldLength > to - at - 4) {
                throw ReadsException.corrupt(
                        resource, fileOffset, "BGZF XLEN", "an extra field ends behind the others");
            }
            if (bytes[at] == 'B' && bytes[at + 1] == 'C') {
                if (subfieldLength != 2) {
                    throw ReadsException.corrupt(
                            resource, fileOffset, "BGZF BC", "has length " + subfieldLength + ", 2 expected");
                }
                return uint16(bytes, at + 4) + 1;
            }
            at += 4 + subfieldLength;
        }
        throw ReadsException.corrupt(
                resource, fileOffset, "BGZF BC", "missing: a plain gzip file is not BGZF; compress it with bgzip");
    }

    static int uint16(byte[] bytes, int offset) {
        return (short) SHORT.get(bytes, offset) & 0xFFFF;
    }

    static void putUint16(byte[] bytes, int offset, int value) {
        SHORT.set(bytes, offset, (short) value);
    }

    static int int32(byte[] bytes, int offset) {
        return (int) INT.get(bytes, offset);
    }

    static void putInt32(byte[] bytes, int offset, int value) {
        INT.set(bytes, offset, value);
    }

    /** The first bytes of every block that this package writes, BSIZE left open. */
    static void writeHeader(byte[] target, int offset) {
        System.arraycopy(END_OF_FILE, 0, target, offset, HEADER_LENGTH);
    }
}
