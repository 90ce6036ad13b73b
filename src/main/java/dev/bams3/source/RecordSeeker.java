package dev.bams3.source;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import java.util.List;
import java.util.Optional;

/**
 * Finds where a record begins in the middle of a BAM: the first BGZF block behind a place, and in what it
 * inflates to the first offset from which sound records follow one another. What is found is very likely right and never
 * trusted: the shard before must end there with a whole record.
 */
public final class RecordSeeker {
    /** Records, or all to the end of the file, that must follow one another soundly. */
    private static final int CHAIN = 20;

    /** Compressed bytes looked at first, and at most; a record may be as long as 256 MiB. */
    private static final int FIRST_WINDOW = 512 << 10;

    /** Seeks to a place that an index names, which need not be that of a record. */
    private static final int LARGEST_PROOF = 8 << 20;

    private static final int LARGEST_WINDOW = 256 << 20;

    private final SourceHead head;
    private final BgzfInflaters inflaters;

    public RecordSeeker(SourceHead head, BgzfInflaters inflaters) {
        this.head = head;
        this.inflaters = inflaters;
    }

    /** The first record that begins in a BGZF block at or behind that byte of the file; empty if there is none. */
    public Optional<VirtualOffset> firstRecordFrom(long offset) {
        for (long window = FIRST_WINDOW; ; window *= 4) {
            int length = (int)
                    Math.min(Math.min(window, LARGEST_WINDOW), head.object().size() - offset);
            if (length <= 0) {
                return Optional.empty();
            }
            boolean all = offset + length == head.object().size();
            Optional<VirtualOffset> found = search(head.object().read(offset, length), offset, all);
            if (found.isPresent() || all || length == LARGEST_WINDOW) {
                return found;
            }
        }
    }

    /** Whether records that look sound follow one another from that place on. */
    public boolean beginsAt(VirtualOffset place) {
        long left = head.object().size() - place.block();
        for (long window = FIRST_WINDOW; left > 0 && window <= LARGEST_PROOF; window *= 4) {
            int length = (int) Math.min(window, left);
            boolean all = length == left;
            byte[] bytes = head.object().read(place.block(), length);
            if (inflated(bytes, 0, place.block())
                    .filter(found -> found.isChain(place.within(), all))
                    .isPresent()) {
                return true;
            }
            if (all) {
                return false;
            }
        }
        return false;
    }

    private Optional<VirtualOffset> search(byte[] bytes, long offset, boolean all) {
        for (int at = 0; at < Math.min(bytes.length, BgzfBlock.MAX_LENGTH); at++) {
            Optional<Inflated> inflated = inflated(bytes, at, offset);
            if (inflated.isPresent()) {
                return inflated.get().firstRecord(all);
            }
        }
        return Optional.empty();
    }

    /** Returns the uncompressed bytes of the blocks from {@code at} on, if blocks begin there. */
    private Optional<Inflated> inflated(byte[] bytes, int at, long offset) {
        if (bytes.length - at < 4 || bytes[at] != 0x1f || bytes[at + 1] != (byte) 0x8b) {
            return Optional.empty();
        }
        String name = head.object().name();
        try {
            List<BgzfBlock> blocks = BgzfBlock.split(bytes, at, bytes.length, offset + at, name);
            if (blocks.isEmpty()) {
                return Optional.empty();
            }
            int length = blocks.stream().mapToInt(BgzfBlock::inflatedLength).sum();
            byte[] inflated = new byte[length];
            int to = 0;
            for (BgzfBlock block : blocks) {
                inflaters.inflate(bytes, block, inflated, to, name);
                to += block.inflatedLength();
            }
            return Optional.of(new Inflated(inflated, blocks));
        } catch (ReadsException e) {
            // Not a block, though it looked like one.
            return Optional.empty();
        }
    }

    private final class Inflated {
        private final byte[] bytes;
        private final List<BgzfBlock> blocks;

        Inflated(byte[] bytes, List<BgzfBlock> blocks) {
            this.bytes = bytes;
            this.blocks = blocks;
        }

        Optional<VirtualOffset> firstRecord(boolean all) {
            for (int at = 0; at < bytes.length; at++) {
                if (isChain(at, all)) {
                    return Optional.of(virtualOffset(at));
                }
            }
            return Optional.empty();
        }

        private boolean isChain(int start, boolean all) {
            int at = start;
            for (int records = 0; records < CHAIN; records++) {
                if (at == bytes.length && all) {
                    return records > 0;
                }
                if (bytes.length - at < BamRecord.FIXED_LENGTH || !isRecord(at)) {
                    return false;
                }
                at += BamRecord.length(bytes, at);
            }
            return true;
        }

        private boolean isRecord(int at) {
            int available = bytes.length - at;
            int blockSize = BamRecord.int32(bytes, at);
            // Most places fail here, before anything is looked at closely.
            return blockSize >= BamRecord.FIXED_LENGTH - 4
                    && blockSize <= available - 4
                    && BamRecordCheck.problem(bytes, at, available) == null
                    && BamRecordCheck.placementProblem(bytes, at, head.header().references()) == null;
        }

        private VirtualOffset virtualOffset(int at) {
            int start = 0;
            for (BgzfBlock block : blocks) {
                if (at - start < block.inflatedLength()) {
                    return VirtualOffset.of(block.fileOffset(), at - start);
                }
                start += block.inflatedLength();
            }
            throw new IllegalStateException("behind what was inflated: " + at);
        }
    }
}
