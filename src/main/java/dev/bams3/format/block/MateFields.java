package dev.bams3.format.block;

/** Bits of {@link StreamIds#MATE_EXPLICIT}: which mate fields of a record are not what was predicted. */
final class MateFields {
    static final int REFERENCE = 1;
    static final int POSITION = 2;
    static final int TEMPLATE_LENGTH = 4;

    private MateFields() {}
}
