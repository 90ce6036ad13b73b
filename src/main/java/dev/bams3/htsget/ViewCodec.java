package dev.bams3.htsget;

import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordCriteria.Subsample;
import dev.bams3.sam.RecordCriteria.TagCondition;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The view in the payload of a slice token; one byte where it is everything. */
final class ViewCodec {
    private ViewCodec() {}

    static void write(DataOutputStream out, RecordView view) throws IOException {
        out.writeBoolean(!view.equals(RecordView.ALL));
        if (view.equals(RecordView.ALL)) {
            return;
        }
        RecordCriteria criteria = view.criteria();
        SliceCodec.writeNumber(out, criteria.requiredFlags());
        SliceCodec.writeNumber(out, criteria.excludedFlags());
        SliceCodec.writeNumber(out, criteria.minMappingQuality());
        writeTexts(out, criteria.readGroups());
        writeTexts(out, criteria.samples());
        writeTexts(out, criteria.names());
        writeTexts(
                out,
                criteria.tags().stream()
                        .map(tag -> tag.name()
                                + tag.value().map(value -> ":" + value).orElse(""))
                        .toList());
        out.writeBoolean(criteria.subsample().isPresent());
        if (criteria.subsample().isPresent()) {
            out.writeDouble(criteria.subsample().get().fraction());
            out.writeLong(criteria.subsample().get().seed());
        }
        writeColumns(out, view.columns());
        // 0 is no limit; a limit is 1 or more.
        SliceCodec.writeNumber(out, view.limit().orElse(0));
    }

    static RecordView read(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return RecordView.ALL;
        }
        RecordCriteria criteria = new RecordCriteria(
                Math.toIntExact(SliceCodec.readNumber(in)),
                Math.toIntExact(SliceCodec.readNumber(in)),
                Math.toIntExact(SliceCodec.readNumber(in)),
                readTexts(in),
                readTexts(in),
                readTexts(in),
                readTexts(in).stream().map(ViewCodec::tag).toList(),
                in.readBoolean() ? Optional.of(new Subsample(in.readDouble(), in.readLong())) : Optional.empty());
        RecordColumns columns = readColumns(in);
        long limit = SliceCodec.readNumber(in);
        return new RecordView(criteria, columns, limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    private static TagCondition tag(String text) {
        return new TagCondition(
                text.substring(0, 2), text.length() == 2 ? Optional.empty() : Optional.of(text.substring(3)));
    }

    private static void writeColumns(DataOutputStream out, RecordColumns columns) throws IOException {
        long fields = 0;
        for (RecordField field : columns.fields()) {
            fields |= 1L << field.ordinal();
        }
        SliceCodec.writeNumber(out, fields);
        out.writeBoolean(columns.tags().isPresent());
        writeTexts(out, columns.tags().orElse(List.of()));
        writeTexts(out, columns.noTags());
    }

    private static RecordColumns readColumns(DataInputStream in) throws IOException {
        long bits = SliceCodec.readNumber(in);
        Set<RecordField> fields = EnumSet.noneOf(RecordField.class);
        for (RecordField field : RecordField.values()) {
            if ((bits >>> field.ordinal() & 1) != 0) {
                fields.add(field);
            }
        }
        boolean someTags = in.readBoolean();
        List<String> tags = readTexts(in);
        return new RecordColumns(fields, someTags ? Optional.of(tags) : Optional.empty(), readTexts(in));
    }

    static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        SliceCodec.writeNumber(out, texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    static List<String> readTexts(DataInputStream in) throws IOException {
        int count = Math.toIntExact(SliceCodec.readNumber(in));
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }
}
