package dev.bams3.genome;

/**
 * One reference sequence ({@code @SQ} line).
 *
 * @param name {@code SN}, any text the SAM specification allows (`HLA-A*01:01` and `chr1#2` are names)
 * @param length {@code LN}, bases, 0 to 2^31-1
 */
public record Reference(String name, int length) {
    public Reference {
        if (name.isEmpty() || length < 0) {
            throw new IllegalArgumentException("not a reference: '" + name + "' of length " + length);
        }
    }
}
