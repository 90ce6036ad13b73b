package dev.bams3.format.block;

import dev.bams3.format.Malformed;
import dev.bams3.sam.SamTags;

/** Rebuilds read names from the streams that {@link NameEncoder} writes. */
final class NameDecoder {
    private static final int MAX_TEMPLATES = 255;

    /** Bytes of a name, its NUL included. */
    private static final int MAX_NAME = 255;

    /** All names one after the other, each with its NUL. */
    byte[] names = new byte[1 << 12];

    int[] nameAt = new int[0];
    int[] nameLength = new int[0];

    /** Whether every name of the last block has one NUL, at its end. */
    boolean wellFormed;

    private int size;
    private final NumberPlanes.Reader[] numbers = new NumberPlanes.Reader[StreamIds.NAME_NUMBERS];

    NameDecoder() {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = new NumberPlanes.Reader();
        }
    }

    /** Sets the name links of the columns and rebuilds the names; {@code limit} is the most bytes they can have. */
    void decode(BlockStreams streams, BlockColumns columns, int limit) {
        int records = columns.records;
        if (nameAt.length < records) {
            nameAt = new int[records + records / 4];
            nameLength = new int[nameAt.length];
        }
        NameTemplate[] templates = templates(streams.open(StreamIds.NAME_DICTIONARY));
        StreamCursor choices = streams.open(StreamIds.NAME_TEMPLATE);
        StreamCursor links = streams.open(StreamIds.NAME_LINK);
        StreamCursor text = streams.open(StreamIds.NAME_TEXT);
        int[] counts = countNumbers(templates, choices, records);
        for (int column = 0; column < numbers.length; column++) {
            if (counts[column] > 0) {
                numbers[column].open(streams.open(StreamIds.NAME_NUMBER + column), counts[column]);
            }
        }
        size = 0;
        wellFormed = true;
        for (int i = 0; i < records; i++) {
            int link = links.varint();
            columns.nameLink[i] = link;
            if (link != 0) {
                if (link < 0 || link > i) {
                    throw links.malformed("a link " + link + " records back from record " + i);
                }
                nameAt[i] = nameAt[i - link];
                nameLength[i] = nameLength[i - link];
                continue;
            }
            nameAt[i] = size;
            int choice = choices.varint();
            if (choice == 0) {
                int length = text.u8();
                room(length, limit);
                System.arraycopy(text.data, text.take(length), names, size, length);
                size += length;
                wellFormed &= SamTags.findNul(names, nameAt[i], size) == size - 1;
            } else {
                NameTemplate template = templates[choice - 1];
                room(template.capacity(), limit);
                size = template.fill(numbers, names, size);
            }
            nameLength[i] = size - nameAt[i];
            if (nameLength[i] < 1 || nameLength[i] > MAX_NAME) {
                throw text.malformed("a name of " + nameLength[i] + " bytes");
            }
        }
    }

    /** Sets the name links of the columns, and rebuilds no names. */
    static void readLinks(BlockStreams streams, BlockColumns columns) {
        StreamCursor links = streams.open(StreamIds.NAME_LINK);
        for (int i = 0; i < columns.records; i++) {
            int link = links.varint();
            if (link < 0 || link > i) {
                throw links.malformed("a link " + link + " records back from record " + i);
            }
            columns.nameLink[i] = link;
        }
    }

    /** Whether one of the names that were made of no template does not end with its only NUL. */
    static boolean hasOddNames(StreamCursor text, boolean readAgain) {
        int start = text.at;
        boolean odd = false;
        while (text.remaining() > 0) {
            int length = text.u8();
            int from = text.take(length);
            odd |= SamTags.findNul(text.data, from, from + length) != from + length - 1;
        }
        if (readAgain) {
            text.at = start;
        }
        return odd;
    }

    private static NameTemplate[] templates(StreamCursor in) {
        int count = in.remaining() == 0 ? 0 : in.varint();
        if (count < 0 || count > MAX_TEMPLATES) {
            throw in.malformed(count + " templates");
        }
        NameTemplate[] templates = new NameTemplate[count];
        for (int i = 0; i < count; i++) {
            int length = in.varint();
            if (length > MAX_NAME) {
                throw in.malformed("a template of " + length + " bytes");
            }
            templates[i] = NameTemplate.of(in.data, in.take(length), length);
            if (templates[i].numbers() > StreamIds.NAME_NUMBERS) {
                throw in.malformed("a template of " + templates[i].numbers() + " numbers");
            }
        }
        return templates;
    }

    private static int[] countNumbers(NameTemplate[] templates, StreamCursor choices, int records) {
        int[] uses = new int[templates.length];
        int start = choices.at;
        for (int names = 0; choices.remaining() > 0; names++) {
            int choice = choices.varint();
            if (choice < 0 || choice > templates.length || names == records) {
                throw choices.malformed("template " + choice + " of " + templates.length + " for name " + names);
            }
            if (choice > 0) {
                uses[choice - 1]++;
            }
        }
        choices.at = start;
        int[] counts = new int[StreamIds.NAME_NUMBERS];
        for (int i = 0; i < templates.length; i++) {
            for (int column = 0; column < templates[i].numbers(); column++) {
                counts[column] += uses[i];
            }
        }
        return counts;
    }

    /** Bytes of buffers that are kept for the next block. */
    long heldBytes() {
        long held = names.length + 8L * nameAt.length;
        for (NumberPlanes.Reader reader : numbers) {
            held += reader.heldBytes();
        }
        return held;
    }

    /** Makes room for a name; they are never longer than the block's records. */
    private void room(int more, int limit) {
        if (names.length - size < more) {
            if (size > limit) {
                throw Malformed.of("names", "longer than the records of the block");
            }
            int capacity = (int) Math.min(Integer.MAX_VALUE - 16, Math.max((long) size + more, names.length * 2L));
            names = java.util.Arrays.copyOf(names, capacity);
        }
    }
}
