package dev.bams3.genome;

import dev.bams3.error.ReadsException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A region as a caller asks for it, not yet checked against a reference: 0-based, half-open. The bounds are unsigned 32
 * bit numbers in htsget, so they are longs here.
 *
 * @param referenceName the reference's name
 * @param start first position, 0 to 2^32-1
 * @param end position after the last, at least {@code start}; absent means to the end of the reference
 */
public record Region(String referenceName, long start, OptionalLong end) {
    /** Behind every position that can be asked for, and that a read can begin at. */
    private static final long NO_END = 1L << 40;

    private static final Pattern BOUNDS = Pattern.compile("(?<start>[0-9,]+)(?:-(?<end>[0-9,]*))?");

    public Region {
        if (start < 0 || (end.isPresent() && end.getAsLong() < start)) {
            throw new IllegalArgumentException("not a region: " + referenceName + " [" + start + "," + end + ")");
        }
    }

    public static Region whole(String referenceName) {
        return new Region(referenceName, 0, OptionalLong.empty());
    }

    /**
     * Reads `chr1`, `chr1:1,000`, `chr1:1,000-` or `chr1:1,000-2,000`: 1-based, inclusive, as samtools writes them. A text
     * that is a reference's whole name is that reference, colons and all; `{name}:1-2` quotes a name, as samtools does.
     *
     * @throws ReadsException INVALID_INPUT (field `region`) for unreadable text; an unknown reference name is not checked
     */
    public static Region parse(String text, ReferenceDictionary dictionary) {
        if (dictionary.indexOf(text).isPresent()) {
            return whole(text);
        }
        boolean quoted = text.startsWith("{") && text.contains("}");
        String name = quoted ? text.substring(1, text.indexOf('}')) : text;
        String rest = quoted ? text.substring(text.indexOf('}') + 1) : "";
        if (!quoted) {
            int colon = text.lastIndexOf(':');
            if (colon > 0) {
                name = text.substring(0, colon);
                rest = text.substring(colon);
            }
        }
        if (rest.isEmpty()) {
            return whole(name);
        }
        Matcher bounds = BOUNDS.matcher(rest.substring(1));
        if (rest.charAt(0) != ':' || !bounds.matches()) {
            throw ReadsException.invalidInput(
                    "region", "'" + text + "' is not a region: write chr1, chr1:1000 or chr1:1,000-2,000 (1-based)");
        }
        long first = number(bounds.group("start"), text);
        String last = bounds.group("end");
        boolean open = last == null || last.isEmpty();
        long end = open ? 0 : number(last, text);
        if (first < 1 || (!open && end < first - 1)) {
            throw ReadsException.invalidInput(
                    "region", "'" + text + "': positions are 1-based and the end may not come before the start");
        }
        return new Region(name, first - 1, open ? OptionalLong.empty() : OptionalLong.of(end));
    }

    private static long number(String digits, String text) {
        String plain = digits.replace(",", "");
        if (plain.isEmpty() || plain.length() > 10) {
            throw ReadsException.invalidInput("region", "'" + digits + "' in '" + text + "' is not a position");
        }
        return Long.parseLong(plain);
    }

    /**
     * The positions that reads are looked for at. Real files have reads at and past the end of their reference, so that does
     * not bound them; a region without an end has all positions from its start on.
     */
    public Interval positions() {
        return new Interval(start, end.orElse(NO_END));
    }

    /**
     * The positions of a region that means its reference of this length: one that reaches the reference's end has all
     * positions behind it, too.
     */
    public Interval positionsOn(int referenceLength) {
        Interval all = positions();
        return all.end() < referenceLength ? all : new Interval(all.start(), NO_END);
    }

    /** The part of the region that lies on a reference of this length; empty where it lies behind its end. */
    public Interval clip(int referenceLength) {
        long first = Math.min(start, referenceLength);
        long after = Math.min(end.orElse(referenceLength), referenceLength);
        return new Interval(first, Math.max(first, after));
    }
}
