package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.OutputBuffer;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.HeaderMerge.NewIds;
import dev.bams3.sam.SamTags;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records of a cohort's member as they stand in the cohort's answer: RG and PG name what their member's have become in the joined
 * header. One that the member's header does not have is left out, as {@code samtools merge} does, because it would name
 * another member's.
 */
final class MemberRecords implements RecordEncoder {
    private static final int READ_GROUP = SamTags.name('R', 'G');
    private static final int PROGRAM = SamTags.name('P', 'G');
    private static final EncodedBytes NONE = new EncodedBytes(new byte[0], 0);

    private final TreeMap<byte[], byte[]> readGroups;
    private final TreeMap<byte[], byte[]> programs;

    MemberRecords(NewIds ids) {
        readGroups = bytes(ids.readGroups());
        programs = bytes(ids.programs());
    }

    private static TreeMap<byte[], byte[]> bytes(Map<String, String> ids) {
        TreeMap<byte[], byte[]> bytes = new TreeMap<>(Arrays::compare);
        ids.forEach(
                (id, other) -> bytes.put(id.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }

    @Override
    public EncodedBytes header() {
        return NONE;
    }

    @Override
    public EncodedBytes end(long records) {
        return NONE;
    }

    @Override
    public void block(byte[] records, int offset, int length, OutputBuffer out) {
        int end = offset + length;
        int unchanged = offset;
        int record = offset;
        while (record < end) {
            int next = record + BamRecord.length(records, record);
            if (changes(records, record, next)) {
                out.put(records, unchanged, record - unchanged);
                putChanged(records, record, next, out);
                unchanged = next;
            }
            record = next;
        }
        out.put(records, unchanged, end - unchanged);
    }

    private boolean changes(byte[] records, int record, int end) {
        for (int tag = BamRecord.tagsOffset(records, record); tag < end; tag = SamTags.end(records, tag)) {
            byte @Nullable [] id = id(records, tag);
            if (id != null && !isText(records, tag, newId(records, tag, id))) {
                return true;
            }
        }
        return false;
    }

    /** The text of a tag that names a line of the header; null for any other tag. */
    private static byte @Nullable [] id(byte[] records, int tag) {
        int name = SamTags.nameAt(records, tag);
        return (name == READ_GROUP || name == PROGRAM) && SamTags.type(records, tag) == 'Z'
                ? Arrays.copyOfRange(records, tag + SamTags.VALUE, SamTags.textEnd(records, tag))
                : null;
    }

    private byte @Nullable [] newId(byte[] records, int tag, byte[] id) {
        return (SamTags.nameAt(records, tag) == READ_GROUP ? readGroups : programs).get(id);
    }

    private static boolean isText(byte[] records, int tag, byte @Nullable [] text) {
        return text != null
                && Arrays.equals(records, tag + SamTags.VALUE, SamTags.textEnd(records, tag), text, 0, text.length);
    }

    private void putChanged(byte[] records, int record, int end, OutputBuffer out) {
        int begin = out.length();
        int tags = BamRecord.tagsOffset(records, record);
        out.put(records, record, tags - record);
        int next;
        for (int tag = tags; tag < end; tag = next) {
            next = SamTags.end(records, tag);
            byte @Nullable [] id = id(records, tag);
            if (id == null) {
                out.put(records, tag, next - tag);
                continue;
            }
            byte @Nullable [] other = newId(records, tag, id);
            if (other != null) {
                out.put(records, tag, SamTags.VALUE);
                out.put(other, 0, other.length);
                out.put(records, next - 1, 1);
            }
        }
        out.putInt32(begin, out.length() - begin - Integer.BYTES);
    }
}
