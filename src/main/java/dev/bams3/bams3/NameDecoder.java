package dev.bams3.bams3;

/** Rebuilds read names from the streams that {@link NameEncoder} writes. */
final class NameDecoder {
    private static final int MAX_TEMPLATES = 255;

    /** All names one after the other, each with its NUL. */
    byte[] names = new byte[1 << 12];

    int[] nameAt = new int[0];
    int[] nameLength = new int[0];

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
        byte[][] templates = templates(streams.open(StreamIds.NAME_DICTIONARY));
        StreamCursor choices = streams.open(StreamIds.NAME_TEMPLATE);
        StreamCursor links = streams.open(StreamIds.NAME_LINK);
        StreamCursor text = streams.open(StreamIds.NAME_TEXT);
        int[] counts = countNumbers(templates, choices);
        for (int column = 0; column < numbers.length; column++) {
            if (counts[column] > 0) {
                numbers[column].open(streams.open(StreamIds.NAME_NUMBER + column), counts[column]);
            }
        }
        size = 0;
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
            room(256, limit);
            nameAt[i] = size;
            int choice = choices.varint();
            if (choice == 0) {
                int length = text.u8();
                System.arraycopy(text.data, text.take(length), names, size, length);
                size += length;
            } else {
                fill(templates[choice - 1], limit);
            }
            nameLength[i] = size - nameAt[i];
        }
    }

    private void fill(byte[] template, int limit) {
        room(template.length + 11 * StreamIds.NAME_NUMBERS + 1, limit);
        byte[] names = this.names;
        int column = 0;
        int at = size;
        int length = template.length;
        for (int i = 0; i < length; i++) {
            byte c = template[i];
            if (c == 0) {
                at = writeNumber(numbers[column++].next(), names, at);
            } else {
                names[at++] = c;
            }
        }
        names[at++] = 0;
        size = at;
    }

    private static int writeNumber(int value, byte[] target, int at) {
        if (value < 0) {
            throw Malformed.of("name number", "is negative");
        }
        int digits = 1;
        for (long bound = 10; value >= bound; bound *= 10) {
            digits++;
        }
        int rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            int quotient = rest / 10;
            target[i] = (byte) ('0' + rest - quotient * 10);
            rest = quotient;
        }
        return at + digits;
    }

    private static byte[][] templates(StreamCursor in) {
        int count = in.remaining() == 0 ? 0 : in.varint();
        if (count < 0 || count > MAX_TEMPLATES) {
            throw in.malformed(count + " templates");
        }
        byte[][] templates = new byte[count][];
        for (int i = 0; i < count; i++) {
            int length = in.varint();
            int from = in.take(length);
            templates[i] = java.util.Arrays.copyOfRange(in.data, from, from + length);
        }
        return templates;
    }

    private static int[] countNumbers(byte[][] templates, StreamCursor choices) {
        int[] uses = new int[templates.length];
        int start = choices.at;
        while (choices.remaining() > 0) {
            int choice = choices.varint();
            if (choice < 0 || choice > templates.length) {
                throw choices.malformed("template " + choice + " of " + templates.length);
            }
            if (choice > 0) {
                uses[choice - 1]++;
            }
        }
        choices.at = start;
        int[] counts = new int[StreamIds.NAME_NUMBERS];
        for (int i = 0; i < templates.length; i++) {
            int column = 0;
            for (byte c : templates[i]) {
                if (c == 0) {
                    if (column == counts.length) {
                        throw Malformed.of("name template " + i, "more than " + counts.length + " numbers");
                    }
                    counts[column++] += uses[i];
                }
            }
        }
        return counts;
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
