package dev.bams3.convert;

import dev.bams3.error.ReadsException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What all runs of a conversion agree on; stored before the first chunk is made and never changed.
 *
 * @param generation folder of its objects below the dataset's key
 * @param uuid of the dataset that it makes
 * @param request digest of the request that it was made for
 * @param replaces ETag of the commit that was there, if there was one and it is to be replaced
 * @param shards parts of the source in file order, one or more; a single one where it is sorted
 * @param sorting whether its records are sorted on the way, because they are not in coordinate order
 */
public record ConversionPlan(
        String generation, UUID uuid, String request, Optional<String> replaces, List<Shard> shards, boolean sorting) {
    public ConversionPlan {
        shards = List.copyOf(shards);
    }

    /** @throws ReadsException INVALID_INPUT for a number that no shard has */
    Shard shard(int number) {
        if (number < 0 || number >= shards.size()) {
            throw ReadsException.invalidInput("shard", number + " of " + shards.size());
        }
        return shards.get(number);
    }

    /** Whether one shard is all. */
    boolean inOnePiece() {
        return shards.size() == 1;
    }
}
