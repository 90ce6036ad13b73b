package dev.bams3.source;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Header texts from a seed: right ones, ones with what real and broken files have, and damaged ones. */
final class RandomHeaders {
    private static final List<String> TYPES = List.of("@HD", "@SQ", "@SQ", "@SQ", "@RG", "@PG", "@CO", "@CO");
    private static final List<String> ODD_TYPES = List.of(
            "@XX", "@hd", "@sq", "@12", "@", "@S", "@SQX", "@RG ", "@HD:", "SQ", "@@@", "", "@CO ", "@COx", "@SG");
    private static final List<String> NAMES =
            List.of("chr1", "chr2", "a", "b", "a,b", "*", "=", "é", "HLA-A*01:01", "x y");
    private static final List<String> LENGTHS = List.of(
            "1",
            "1000",
            "1000",
            "1000",
            "2000",
            "0",
            "-1",
            "-5",
            "",
            "x",
            "+7",
            " 7",
            "7x",
            "007",
            "2147483647",
            "2147483648",
            "4294967295",
            "99999999999999999999",
            "\t7");
    private static final List<String> ODD_FIELDS = List.of(
            "",
            "x",
            "xx",
            "xx:",
            "SN",
            "SN:",
            "LN:",
            "ID:",
            "AN:",
            "AN:,",
            "M5:",
            ":",
            "::",
            "x:y",
            "\t",
            " ",
            "SNchr1",
            "PP:a",
            "VN:1.6",
            "SO:coordinate",
            "\u00e9\u00e9:\u00e9",
            "\r",
            "LN:1000",
            "LN:2000",
            "SN:a",
            "ID:b");
    private static final List<String> ENDS = List.of("", "\n", "\n\n", "\r\n", "\r", "\t\n", "\0", "\n\0\0\0\0");

    private final Random random;
    private final Mutations mutations;

    RandomHeaders(Random random) {
        this.random = random;
        mutations = new Mutations(random);
    }

    /** A header, one character a byte. */
    String next() {
        StringBuilder text = new StringBuilder();
        int odd = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(12);
        for (int lines = random.nextInt(6); lines >= 0; lines--) {
            line(text, odd > 0 && random.nextInt(12) < odd);
            text.append(random.nextInt(8) == 0 ? "\r\n" : "\n");
        }
        if (random.nextInt(8) == 0) {
            text.setLength(text.length() - 1);
            text.append(any(ENDS));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return random.nextInt(3) > 0
                ? text.toString()
                : new String(mutations.of(bytes, bytes, true), StandardCharsets.ISO_8859_1);
    }

    private void line(StringBuilder text, boolean odd) {
        String type = any(TYPES);
        text.append(odd && random.nextInt(6) == 0 ? any(ODD_TYPES) : type);
        int begin = text.length();
        switch (type) {
            case "@HD" -> text.append("\tVN:1.6").append(random.nextBoolean() ? "\tSO:coordinate" : "");
            case "@SQ" -> reference(text, odd);
            case "@RG" -> text.append("\tID:").append(any(NAMES)).append("\tSM:s");
            case "@PG" ->
                text.append("\tID:").append(any(NAMES)).append("\tPP:").append(any(NAMES));
            default -> text.append("\tcomment ").append(random.nextInt(100));
        }
        if (odd && random.nextInt(3) > 0) {
            String field = "\t" + any(ODD_FIELDS);
            // Before, behind or instead of the right ones.
            int at = random.nextBoolean() ? begin : text.length();
            text.replace(at, random.nextInt(3) == 0 ? text.length() : at, field);
        }
    }

    private void reference(StringBuilder text, boolean odd) {
        // Names that follow one another, lest most headers have one twice.
        String name = odd ? any(NAMES) : "r" + text.length();
        String field = "\tLN:" + (odd ? any(LENGTHS) : "" + (1 + random.nextInt(1000)));
        text.append(random.nextBoolean() ? "\tSN:" + name + field : field + "\tSN:" + name);
        if (random.nextInt(4) == 0) {
            text.append("\tAN:").append(any(NAMES)).append(',').append(any(NAMES));
        }
        if (odd && random.nextInt(4) == 0) {
            text.append(field);
        }
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
