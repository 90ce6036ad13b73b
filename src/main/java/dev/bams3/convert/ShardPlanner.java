package dev.bams3.convert;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.format.DatasetLayout;
import dev.bams3.source.CramIndex;
import dev.bams3.source.RecordSeeker;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts a source into shards of about the same number of compressed bytes, where its index says that a record begins or, where
 * there is none or it is not right, where one is found in the bytes. A CRAM is cut between containers that its index lists.
 */
final class ShardPlanner {
    private final SourceHead head;
    private final BgzfInflaters inflaters;

    ShardPlanner(SourceHead head, BgzfInflaters inflaters) {
        this.head = head;
        this.inflaters = inflaters;
    }

    /** @param most how many at most */
    List<Shard> shards(int most) {
        // Each shard gets an equal share of the numbers of chunks.
        int wanted = Math.min(DatasetLayout.MAX_CHUNKS / 2, most);
        List<VirtualOffset> borders = new ArrayList<>();
        borders.add(head.first());
        if (head.isSeekable()) {
            RecordSeeker seeker = new RecordSeeker(head, inflaters);
            long from = head.first().block();
            long length = (head.end().block() - from) / wanted;
            long[] offsets =
                    IntStream.range(1, wanted).mapToLong(i -> from + length * i).toArray();
            SourceIndex index = offsets.length == 0 ? SourceIndex.none() : SourceIndex.beside(head.object(), offsets);
            for (int i = 0; i < offsets.length; i++) {
                long offset = offsets[i];
                index.first(i)
                        .filter(known -> known.block() < offset + length && seeker.beginsAt(known))
                        .or(() -> seeker.firstRecordFrom(offset))
                        .filter(found -> found.compareTo(borders.getLast()) > 0)
                        .ifPresent(borders::add);
            }
        }
        head.cram().ifPresent(cram -> addContainers(CramIndex.beside(head.object(), cram), wanted, borders));
        borders.add(head.end());
        int count = borders.size() - 1;
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int first = (int) ((long) DatasetLayout.MAX_CHUNKS * i / count);
            int end = (int) ((long) DatasetLayout.MAX_CHUNKS * (i + 1) / count);
            shards.add(new Shard(i, borders.get(i).packed(), borders.get(i + 1).packed(), first, end));
        }
        return shards;
    }

    /** Adds borders between containers of a CRAM. */
    private void addContainers(CramIndex index, int wanted, List<VirtualOffset> borders) {
        long from = head.first().block();
        long length = (head.end().block() - from) / wanted;
        for (int i = 1; i < wanted; i++) {
            index.first(from + length * i, from + length * (i + 1))
                    .filter(found -> found.compareTo(borders.getLast()) > 0)
                    .ifPresent(borders::add);
        }
    }
}
