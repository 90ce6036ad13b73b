package dev.bams3.source;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Lines of SAM text from a seed: right ones with every type of tag, and others with what real and broken files have. */
final class RandomSamLines {
    static final String HEADER = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000000\tAN:1,one\n@SQ\tSN:chr2\tLN:2147483647\n";

    private static final String BASES = "ACGTNacgtn=.RYKMUu";
    private static final String OPERATIONS = "MIDNSHP=XB";
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "+7",
            "127",
            "128",
            "-128",
            "-129",
            "255",
            "256",
            "32767",
            "32768",
            "-32768",
            "-32769",
            "65535",
            "65536",
            "2147483647",
            "2147483648",
            "-2147483648",
            "-2147483649",
            "4294967295",
            "4294967296",
            "99999999999999999999999",
            "",
            "-",
            "x",
            "5x",
            "007",
            "1.5",
            "0x10",
            "010",
            "08");
    private static final List<String> FLOATS = List.of(
            "0",
            "-0",
            "1.5",
            "-1e-3",
            "3.4028236e38",
            "1e39",
            "1e400",
            "1e-46",
            "inf",
            "-inf",
            "INFINITY",
            "nan",
            "-nan",
            "NaN(12)",
            "nan(x",
            "1e",
            "1e+",
            ".5",
            "5.",
            ".",
            "e5",
            "0x1.8p3",
            "0x",
            "0xg",
            "0x.8",
            "+3",
            "123456789012345678",
            "0.1234567890123456789",
            "16777217",
            "9007199254740993",
            "4.9e-324",
            "infx",
            " 7");
    private static final List<String> NASTY = List.of(
            "*",
            "=",
            "",
            "0",
            "-1",
            "chr1",
            "chr3",
            "1",
            "one",
            "*x",
            "4294967296",
            "\u00e9",
            "\u00ff",
            " ",
            "5M",
            "5M5",
            "3M2",
            "268435455M",
            "268435456M",
            "65536",
            "2147483648",
            "2147483649",
            "NM:i:1",
            "\t");

    private static final Pattern MISSING_NUMBER = Pattern.compile("(:(?:[fd]:|B:f[^\t]*,))\\s*\t");

    private final Random random;

    RandomSamLines(long seed) {
        random = new Random(seed);
    }

    /** A line that htslib reads, one character a byte. */
    String right() {
        StringBuilder cigar = new StringBuilder();
        int bases = random.nextInt(4) == 0 ? 0 : cigar(cigar);
        if (cigar.isEmpty()) {
            bases = random.nextInt(40);
        }
        boolean placed = random.nextInt(5) > 0;
        String[] columns = {
            name(),
            "" + random.nextInt(random.nextBoolean() ? 4096 : 65536),
            placed ? pick(List.of("chr1", "chr2", "one")) : "*",
            "" + position(placed),
            "" + random.nextInt(256),
            cigar.isEmpty() ? "*" : cigar.toString(),
            pick(List.of("*", "=", "chr1", "chr2")),
            "" + position(random.nextBoolean()),
            "" + (random.nextBoolean() ? random.nextInt(1000) - 500 : random.nextInt()),
            "*",
            "*"
        };
        if (bases > 0 && (random.nextInt(6) > 0)) {
            columns[9] = letters(BASES, bases);
            columns[10] = random.nextInt(6) == 0 ? "*" : qualities(bases);
        }
        StringBuilder line = new StringBuilder(String.join("\t", columns));
        int tags = random.nextInt(6);
        for (int i = 0; i < tags; i++) {
            line.append('\t').append(rightTag());
        }
        return line.toString();
    }

    /** A right line with something in it that may be wrong. */
    String odd() {
        String line = right();
        for (int i = random.nextInt(3); i >= 0; i--) {
            line = changed(line);
        }
        // htslib reads a missing number from behind the TAB; here its tag ends there.
        line = MISSING_NUMBER.matcher(line).replaceAll("$1");
        // A name that begins with '@' makes it a line of the header.
        return line.startsWith("@") ? "x" + line : line;
    }

    private String changed(String line) {
        int at = random.nextInt(line.length() + 1);
        return switch (random.nextInt(5)) {
            case 0 -> line.substring(0, at) + pick(NASTY) + line.substring(at);
            case 1 -> line.substring(0, at) + line.substring(Math.min(line.length(), at + 1 + random.nextInt(4)));
            case 2 -> line + "\t" + oddTag();
            case 3 -> {
                String[] columns = line.split("\t", -1);
                columns[random.nextInt(columns.length)] = random.nextBoolean() ? pick(NASTY) : pick(NUMBERS);
                yield String.join("\t", columns);
            }
            default -> line.substring(0, at) + (char) (1 + random.nextInt(255)) + line.substring(at);
        };
    }

    private int cigar(StringBuilder cigar) {
        int bases = 0;
        int operations = random.nextInt(50) == 0 ? 70_000 : 1 + random.nextInt(6);
        for (int i = 0; i < operations; i++) {
            int length = operations > 6 ? 1 : random.nextInt(20);
            char operation = OPERATIONS.charAt(random.nextInt(OPERATIONS.length()));
            cigar.append(length).append(operation);
            bases += "MIS=X".indexOf(operation) >= 0 ? length : 0;
        }
        return bases;
    }

    private long position(boolean placed) {
        if (!placed) {
            return 0;
        }
        return switch (random.nextInt(8)) {
            case 0 -> 1L + random.nextInt(Integer.MAX_VALUE);
            case 1 -> (1L << 31) - random.nextInt(3);
            case 2 -> (1L << 14 + 3 * random.nextInt(6)) - random.nextInt(30);
            default -> 1 + random.nextInt(3_000_000);
        };
    }

    private String name() {
        int length = random.nextInt(20) == 0 ? 1 + random.nextInt(254) : 1 + random.nextInt(12);
        return letters("abcXYZ019:/_-#\u00e9\u00fc", length);
    }

    private String qualities(int length) {
        StringBuilder qualities = new StringBuilder();
        for (int i = 0; i < length; i++) {
            qualities.append((char) ('!' + random.nextInt(random.nextInt(50) == 0 ? 128 : 94)));
        }
        return qualities.toString();
    }

    private String rightTag() {
        String name = random.nextInt(20) == 0 ? "CG" : letters("ABXYZcdz", 2);
        return name
                + switch (random.nextInt(7)) {
                    case 0 -> ":A:" + letters("ab!~*", 1);
                    case 1 -> ":i:" + (random.nextBoolean() ? random.nextInt(600) - 300 : random.nextInt());
                    case 2 -> ":f:" + (random.nextBoolean() ? "" + random.nextFloat() * 1000 : pick(FLOATS));
                    case 3 -> ":Z:" + letters("text \u00e9\u00a7~", random.nextInt(20));
                    case 4 -> ":H:" + letters("0123456789ABCDEF", 2 * random.nextInt(4));
                    case 5 -> ":d:" + random.nextDouble();
                    default -> ":B:" + array();
                };
    }

    private String array() {
        char type = "cCsSiIf".charAt(random.nextInt(7));
        StringBuilder array = new StringBuilder().append(type);
        for (int i = random.nextInt(6); i > 0; i--) {
            array.append(',').append(type == 'f' ? random.nextFloat() : random.nextInt(128));
        }
        return array.toString();
    }

    private String oddTag() {
        String name = letters("XYN0!", 2);
        return name
                + switch (random.nextInt(6)) {
                    case 0 -> ":i:" + pick(NUMBERS);
                    case 1 -> ":f:" + pick(FLOATS);
                    case 2 -> ":" + letters("AiIcCsSfdZHBxa", 1) + ":" + pick(NUMBERS);
                    case 3 -> ":B:" + letters("cCsSiIfdAZ", 1) + "," + pick(NUMBERS) + "," + pick(NUMBERS);
                    case 4 -> ":B:f," + pick(FLOATS) + "," + pick(FLOATS);
                    default -> ":B:" + letters("cCsSiIf", 1) + pick(NASTY);
                };
    }

    private String letters(String from, int length) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < length; i++) {
            letters.append(from.charAt(random.nextInt(from.length())));
        }
        return letters.toString();
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
