package dev.bams3.format;

import java.util.List;
import java.util.Optional;

/**
 * One chunk object as the chunk table knows it.
 *
 * @param number in its name; numbers rise in file order, and some may be left out
 * @param length bytes of the object
 * @param blocks number of blocks, 1 or more
 * @param records number of records
 * @param rawBytes bytes of its BAM records
 */
public record ChunkEntry(int number, long length, int blocks, long records, long rawBytes) {

    /** The chunk of that number in a chunk table. */
    public static Optional<ChunkEntry> find(List<ChunkEntry> table, int number) {
        int low = 0;
        int high = table.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = table.get(middle).number();
            if (found == number) {
                return Optional.of(table.get(middle));
            }
            low = found < number ? middle + 1 : low;
            high = found < number ? high : middle - 1;
        }
        return Optional.empty();
    }
}
