package dev.bams3.format.block;

/** Registered streams of a block and their transforms; {@code docs/format.md} defines each. Numbers are never reused. */
final class StreamIds {
    /** The records as they are: the only stream of its block. */
    static final int RECORDS = 0;
    // 1 is reserved for records as BGZF blocks.
    static final int POSITION = 2;
    static final int FLAG = 3;
    static final int MAPPING_QUALITY = 4;
    static final int SEQUENCE_LENGTH = 5;
    static final int BIN = 6;
    static final int CIGAR_COUNT = 7;
    static final int CIGAR_OPERATIONS = 8;
    static final int NAME_LINK = 9;
    static final int NAME_TEMPLATE = 10;
    static final int NAME_DICTIONARY = 11;
    static final int NAME_TEXT = 12;
    static final int MATE_EXPLICIT = 13;
    static final int MATE_REFERENCE = 14;
    static final int MATE_POSITION = 15;
    static final int TEMPLATE_LENGTH = 16;
    static final int SEQUENCE_BYTES = 17;
    static final int SEQUENCE_NIBBLES = 18;
    static final int SEQUENCE_PADDING = 19;
    static final int CONSENSUS_RUNS = 20;
    static final int CONSENSUS_BASES = 21;
    static final int MISMATCH_GAP = 22;
    static final int MISMATCH_BASE = 23;
    static final int QUALITY = 24;
    static final int TAG_DICTIONARY = 25;
    static final int TAG_LINE = 26;
    static final int TAG_BYTES = 27;
    static final int REFERENCE = 28;
    /** The n-th number of the names' templates. */
    static final int NAME_NUMBER = 32;

    static final int NAME_NUMBERS = 16;
    /** The n-th field of the tag dictionary. */
    static final int TAG_FIELD = 64;

    static final int MAX_TAG_FIELDS = 1024;

    /** As the stream's own definition says. */
    static final int PLAIN = 0;
    /** Symbols of a small alphabet, several to a byte. */
    static final int RADIX = 1;
    /** Integers of a fixed width above a base, in byte planes. */
    static final int NUMBERS = 2;
    /** The same of the differences between neighbours. */
    static final int DELTAS = 3;
    /** Texts as indices into a list of them. */
    static final int DICTIONARY = 4;
    /** Texts as long as the record's SEQ, without terminators. */
    static final int SEQUENCE_SIZED = 5;
    /** {@link #SEQUENCE_SIZED}, then {@link #RADIX}. */
    static final int SEQUENCE_SIZED_RADIX = 6;

    /** From here on, streams that a reader which does not know them passes over. */
    static final int OPTIONAL = 0x8000;

    private StreamIds() {}

    /** Whether 1.0 defines the stream. */
    static boolean isKnown(int id) {
        return id == RECORDS
                || (id >= POSITION && id <= REFERENCE)
                || (id >= NAME_NUMBER && id < NAME_NUMBER + NAME_NUMBERS)
                || (id >= TAG_FIELD && id < TAG_FIELD + MAX_TAG_FIELDS);
    }
}
