package dev.bams3.simulate;

import dev.bams3.sam.BamRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** BAM records being written one behind the other into an array that grows (SAMv1 § 4.2, 2024-11-06). */
final class SimulatedBytes {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] buffer = new byte[4096];
    private int length;
    private int record;

    /** Fixed fields of the record that is begun; lengths and bin follow from what is written behind them. */
    record Placement(
            int reference,
            int start,
            int end,
            int mappingQuality,
            int flags,
            int mateReference,
            int mateStart,
            int tlen) {}

    byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    int length() {
        return length;
    }

    void begin(Placement placement, String name, int cigarOperations, int sequenceLength) {
        record = length;
        int32(0);
        int32(placement.reference());
        int32(placement.start());
        int8(name.length() + 1);
        int8(placement.mappingQuality());
        int16(BamRecord.computedBin(placement.start(), placement.end()));
        int16(cigarOperations);
        int16(placement.flags());
        int32(sequenceLength);
        int32(placement.mateReference());
        int32(placement.mateStart());
        int32(placement.tlen());
        text(name);
    }

    void end() {
        INT.set(buffer, record, length - record - 4);
    }

    void cigar(int[] operations, int count) {
        for (int i = 0; i < count; i++) {
            int32(operations[i]);
        }
    }

    /** Two bases a byte, from BAM codes one a byte. */
    void bases(byte[] codes, int count) {
        reserve((count + 1) / 2);
        for (int i = 0; i + 1 < count; i += 2) {
            buffer[length++] = (byte) (codes[i] << 4 | codes[i + 1]);
        }
        if ((count & 1) != 0) {
            buffer[length++] = (byte) (codes[count - 1] << 4);
        }
    }

    void scores(byte[] scores, int count) {
        reserve(count);
        System.arraycopy(scores, 0, buffer, length, count);
        length += count;
    }

    void textTag(char first, char second, String value) {
        tag(first, second, 'Z');
        text(value);
    }

    /** In the smallest type that holds it, as htslib writes them. */
    void integerTag(char first, char second, int value) {
        if (value >= 0 && value < 256) {
            tag(first, second, 'C');
            int8(value);
        } else if (value >= Short.MIN_VALUE && value < 65536) {
            tag(first, second, value < 0 ? 's' : 'S');
            int16(value);
        } else {
            tag(first, second, 'i');
            int32(value);
        }
    }

    private void tag(char first, char second, char type) {
        int8(first);
        int8(second);
        int8(type);
    }

    private void text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        scores(bytes, bytes.length);
        int8(0);
    }

    private void int8(int value) {
        reserve(1);
        buffer[length++] = (byte) value;
    }

    private void int16(int value) {
        int8(value);
        int8(value >> 8);
    }

    private void int32(int value) {
        reserve(4);
        INT.set(buffer, length, value);
        length += 4;
    }

    private void reserve(int bytes) {
        if (buffer.length - length < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(length + bytes, buffer.length * 2));
        }
    }
}
