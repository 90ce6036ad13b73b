package dev.bams3.simulate;

import dev.bams3.genome.Reference;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The header of a simulated BAM (SAMv1 § 4.2, 2024-11-06). */
final class SimulatedHeader {
    private SimulatedHeader() {}

    /** Magic, text and binary reference list. */
    static byte[] bytes(SimulationOptions options) {
        byte[] text = text(options).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {'B', 'A', 'M', 1});
        out.writeBytes(int32(text.length));
        out.writeBytes(text);
        out.writeBytes(int32(options.references().size()));
        for (Reference reference : options.references()) {
            byte[] name = reference.name().getBytes(StandardCharsets.US_ASCII);
            out.writeBytes(int32(name.length + 1));
            out.writeBytes(name);
            out.write(0);
            out.writeBytes(int32(reference.length()));
        }
        return out.toByteArray();
    }

    private static String text(SimulationOptions options) {
        StringBuilder text = new StringBuilder("@HD\tVN:1.6\tSO:coordinate\n");
        for (Reference reference : options.references()) {
            text.append("@SQ\tSN:%s\tLN:%d\n".formatted(reference.name(), reference.length()));
        }
        String platform = options.layout() == SimulationOptions.Layout.LONG ? "PACBIO" : "ILLUMINA";
        for (int i = 1; i <= options.readGroups(); i++) {
            text.append("@RG\tID:rg%d\tSM:simulated\tLB:lib%d\tPL:%s\n".formatted(i, i, platform));
        }
        return text.append("@PG\tID:simulate\tPN:bams3-server\n").toString();
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
