package dev.bams3.sam;

/** Bits of the FLAG field (SAMv1 § 1.4, 2024-11-06). */
public final class SamFlags {
    public static final int PAIRED = 0x1;
    public static final int PROPER_PAIR = 0x2;
    public static final int UNMAPPED = 0x4;
    public static final int MATE_UNMAPPED = 0x8;
    public static final int REVERSE = 0x10;
    public static final int MATE_REVERSE = 0x20;
    public static final int FIRST_IN_PAIR = 0x40;
    public static final int SECOND_IN_PAIR = 0x80;
    public static final int SECONDARY = 0x100;
    public static final int QC_FAIL = 0x200;
    public static final int DUPLICATE = 0x400;
    public static final int SUPPLEMENTARY = 0x800;

    private SamFlags() {}
}
