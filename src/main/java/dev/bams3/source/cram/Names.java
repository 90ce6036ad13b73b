package dev.bams3.source.cram;

import dev.bams3.sam.BamRecord;
import java.nio.charset.StandardCharsets;

/**
 * Makes the read names that a slice does not have (lossy names), as htslib does: that of the mate, or the file's name and the
 * record's number in the file, which mates share.
 */
final class Names {
    private final String prefix;
    private final SliceHeader header;
    private final Mates mates;

    /** @param prefix name of the file, without folders */
    Names(String prefix, SliceHeader header, Mates mates) {
        this.prefix = prefix;
        this.header = header;
        this.mates = mates;
    }

    /** The same records with a name each; those that have none are to have an empty one. */
    SliceRecords complete(SliceRecords records, long most) {
        SliceRecords named = new SliceRecords(header.place(), most);
        for (int record = 0; record < records.count(); record++) {
            byte[] from = records.buffer(record);
            int at = records.offset(record);
            int length = BamRecord.length(from, at);
            byte[] name = isNamed(records, record) ? new byte[0] : name(records, record);
            named.add(length + name.length);
            byte[] to = named.buffer(record);
            int offset = named.offset(record);
            int fixed = BamRecord.FIXED_LENGTH;
            System.arraycopy(from, at, to, offset, fixed);
            System.arraycopy(name, 0, to, offset + fixed, name.length);
            System.arraycopy(from, at + fixed, to, offset + fixed + name.length, length - fixed);
            BamFields.putInt32(to, offset, length + name.length - 4);
            to[offset + 12] += (byte) name.length;
        }
        return named;
    }

    private byte[] name(SliceRecords records, int record) {
        int mate = mates.mate(record);
        if (mate >= 0 && isNamed(records, mate)) {
            byte[] bytes = records.buffer(mate);
            int at = records.offset(mate);
            return java.util.Arrays.copyOfRange(
                    bytes, BamRecord.nameOffset(at), BamRecord.nameOffset(at) + BamRecord.nameLength(bytes, at) - 1);
        }
        int number = mate >= 0 && mate < record ? mate : record;
        byte[] name =
                (prefix + ":" + Long.toUnsignedString(header.counter() + number + 1)).getBytes(StandardCharsets.UTF_8);
        if (name.length > SliceDecoder.MAX_NAME_LENGTH) {
            throw header.place()
                    .corrupt("has no read names, and those made of the file's name are longer than "
                            + SliceDecoder.MAX_NAME_LENGTH + " bytes: rename the file");
        }
        return name;
    }

    private static boolean isNamed(SliceRecords records, int record) {
        return BamRecord.nameLength(records.buffer(record), records.offset(record)) > 1;
    }
}
