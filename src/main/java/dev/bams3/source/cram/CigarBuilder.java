package dev.bams3.source.cram;

import java.util.Arrays;

/** The CIGAR of one read while it is made: operations as BAM has them; the last may still grow. */
final class CigarBuilder {
    static final int MATCH = 0;
    static final int INSERTION = 1;
    static final int DELETION = 2;
    static final int SKIP = 3;
    static final int SOFT_CLIP = 4;
    static final int HARD_CLIP = 5;
    static final int PADDING = 6;

    private static final int MAX_OPERATION_LENGTH = (1 << 28) - 1;

    private final Place place;
    private int[] operations = new int[64];
    private int count;
    private int open;
    private long openLength;

    CigarBuilder(Place place) {
        this.place = place;
    }

    void clear() {
        count = 0;
        open = MATCH;
        openLength = 0;
    }

    /** Lengthens the last operation, or begins another. */
    void add(int operation, int length) {
        if (operation != open) {
            end();
        }
        open = operation;
        openLength += length;
    }

    /** Adds an operation that stands for itself, even if it has no length. */
    void addWhole(int operation, int length) {
        end();
        open = operation;
        openLength = length;
        push();
    }

    /** Ends the last operation, if it has any length. */
    void end() {
        if (openLength > 0) {
            push();
        }
    }

    private void push() {
        if (openLength > MAX_OPERATION_LENGTH) {
            throw place.corrupt("a CIGAR operation of " + openLength + " bases");
        }
        if (count == operations.length) {
            operations = Arrays.copyOf(operations, 2 * count);
        }
        operations[count++] = (int) openLength << 4 | open;
        openLength = 0;
    }

    int[] operations() {
        return operations;
    }

    int count() {
        return count;
    }
}
