package dev.bams3.simulate;

/** Edit distance (NM) and mismatch text (MD, SAM tags § 1.1) of one aligned read. */
final class Mismatches {
    private static final String BASES = "?AC?G???T";

    private final StringBuilder text = new StringBuilder();
    private int distance;

    /** Scans a read without deletions. Both arrays hold one BAM base code a byte, lined up with the read. */
    void scan(int[] cigar, int operations, byte[] bases, byte[] reference) {
        int at = 0;
        int run = 0;
        for (int i = 0; i < operations; i++) {
            int length = cigar[i] >>> 4;
            int code = cigar[i] & 15;
            if (code == ReadMaker.SKIP) {
                continue;
            }
            for (int end = at + length; at < end; at++) {
                if (code == ReadMaker.MATCH) {
                    if (bases[at] == reference[at]) {
                        run++;
                    } else {
                        text.append(run).append(BASES.charAt(reference[at]));
                        distance++;
                        run = 0;
                    }
                }
            }
        }
        text.append(run);
    }

    /** The distance alone, of any read. */
    void count(int[] cigar, int operations, byte[] bases, byte[] reference) {
        int at = 0;
        for (int i = 0; i < operations; i++) {
            int length = cigar[i] >>> 4;
            switch (cigar[i] & 15) {
                case ReadMaker.MATCH -> {
                    for (int end = at + length; at < end; at++) {
                        distance += bases[at] == reference[at] ? 0 : 1;
                    }
                }
                case ReadMaker.INSERTION -> {
                    distance += length;
                    at += length;
                }
                case ReadMaker.DELETION -> distance += length;
                case ReadMaker.SOFT_CLIP -> at += length;
                default -> {}
            }
        }
    }

    int distance() {
        return distance;
    }

    String text() {
        return text.toString();
    }
}
