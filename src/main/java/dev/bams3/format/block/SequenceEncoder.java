package dev.bams3.format.block;

import dev.bams3.format.Bams3Format;
import dev.bams3.format.ByteSink;
import dev.bams3.sam.BamRecord;
import java.util.Arrays;

/**
 * Bases: against a consensus of the block where its reads overlap enough, else as they are. Aligned bases inside a run of
 * the consensus are stored as the places where they differ; all others (insertions, clips, thin coverage, reads without
 * an alignment) as a string of 4-bit codes.
 */
final class SequenceEncoder {
    /** A deletion up to here does not end a stretch of coverage. */
    private static final int BRIDGED_DELETION = 32;

    /** Aligned bases for each position that make a consensus worth its own bytes. */
    private static final double MIN_DEPTH = 1.5;

    /** The counters of 16 million positions take 128 MiB. */
    private static final int MAX_CONSENSUS = 1 << 24;

    /** As many as a counter holds: further reads have no vote. */
    private static final int MAX_VOTERS = 0xFFFF;

    /** Votes on each position that settle its base; where there are more, one read of two, three or four votes. */
    private static final int ENOUGH_VOTES = 10;

    /** Of fewer reads, positions that few cover would find no voter. */
    private static final int MAX_READS_PER_VOTER = 4;

    /** What a base code adds to the counters of its position: 16 bits each for A, C, G and T, A in the lowest. */
    private static final long[] VOTE = {0, 1, 1L << 16, 0, 1L << 32, 0, 0, 0, 1L << 48, 0, 0, 0, 0, 0, 0, 0};

    /** Symbol of a mismatch by a base that is none of A, C, G, T. */
    static final int OTHER_BASE = 4;

    /** 0 to 3 for A, C, G, T; 4 for the other codes. */
    private static final byte[] TWO_BIT = {4, 0, 1, 4, 2, 4, 4, 4, 3, 4, 4, 4, 4, 4, 4, 4};

    private final ConsensusRuns runs = new ConsensusRuns();
    private final ConsensusBases consensus = new ConsensusBases();
    private long[] stretches = new long[0];
    private int stretchCount;
    private long coveredBases;
    private long[] votes = new long[0];
    private final ByteSink packed = new ByteSink(1 << 10);
    private final ByteSink runBytes = new ByteSink(1 << 10);
    private final ByteSink gaps = new ByteSink(1 << 10);
    private final ByteSink bases = new ByteSink(1 << 10);
    private final ByteSink padding = new ByteSink(64);
    private byte[] nibbles = new byte[0];
    private int nibbleCount;
    private int gap;

    void encode(byte[] buffer, int[] recordAt, BlockColumns columns, BlockFrameWriter frame) {
        findRuns(columns);
        int bytes = 0;
        for (int i = 0; i < columns.records; i++) {
            bytes += (columns.sequenceLength[i] + 1) / 2;
        }
        if (nibbles.length < bytes + 1) {
            nibbles = new byte[bytes + bytes / 4 + 1];
        }
        if (runs.count == 0) {
            int at = 0;
            for (int i = 0; i < columns.records; i++) {
                int length = (columns.sequenceLength[i] + 1) / 2;
                System.arraycopy(buffer, BamRecord.sequenceOffset(buffer, recordAt[i]), nibbles, at, length);
                at += length;
            }
            frame.add(StreamIds.SEQUENCE_BYTES, StreamIds.PLAIN, nibbles, 0, at);
            return;
        }
        Arrays.fill(nibbles, 0, bytes + 1, (byte) 0);
        vote(buffer, recordAt, columns);
        compare(buffer, recordAt, columns);
        frame.add(StreamIds.SEQUENCE_NIBBLES, StreamIds.PLAIN, nibbles, 0, (nibbleCount + 1) / 2);
        frame.add(StreamIds.SEQUENCE_PADDING, StreamIds.PLAIN, padding.array(), 0, padding.size());
        runBytes.clear();
        int previous = 0;
        for (int k = 0; k < runs.count; k++) {
            runBytes.varint(runs.start[k] - previous);
            runBytes.varint(runs.end[k] - runs.start[k]);
            previous = runs.end[k];
        }
        frame.add(StreamIds.CONSENSUS_RUNS, StreamIds.PLAIN, runBytes.array(), 0, runBytes.size());
        frame.add(StreamIds.CONSENSUS_BASES, StreamIds.PLAIN, packed.array(), 0, packed.size());
        frame.add(StreamIds.MISMATCH_GAP, StreamIds.PLAIN, gaps.array(), 0, gaps.size());
        frame.add(StreamIds.MISMATCH_BASE, StreamIds.PLAIN, bases.array(), 0, bases.size());
    }

    /** Joins the stretches that reads cover into runs, and keeps those that are covered often enough. */
    private void findRuns(BlockColumns columns) {
        runs.clear();
        if (columns.reference[0] == Bams3Format.UNPLACED) {
            return;
        }
        stretchCount = 0;
        coveredBases = 0;
        boolean sorted = true;
        for (int i = 0; i < columns.records; i++) {
            if (columns.aligned[i]) {
                sorted &= addStretches(columns, i);
            }
        }
        if (!sorted) {
            Arrays.sort(stretches, 0, stretchCount);
        }
        int at = 0;
        while (at < stretchCount) {
            int from = (int) (stretches[at] >>> 32);
            int to = (int) stretches[at];
            long covered = 0;
            while (at < stretchCount && (int) (stretches[at] >>> 32) <= to) {
                covered += (int) stretches[at] - (int) (stretches[at] >>> 32);
                to = Math.max(to, (int) stretches[at++]);
            }
            if (covered >= MIN_DEPTH * (to - (double) from) && (long) runs.length + to - from <= MAX_CONSENSUS) {
                runs.add(from, to);
                coveredBases += covered;
            }
        }
    }

    private boolean addStretches(BlockColumns columns, int record) {
        boolean sorted = true;
        int position = columns.place[record];
        int from = position;
        for (int k = columns.cigarAt[record]; k < columns.cigarAt[record + 1]; k++) {
            int operation = columns.operations[k];
            int length = operation >>> 4;
            if (BlockColumns.consumesReference(operation)) {
                if (!BlockColumns.consumesQuery(operation) && length > BRIDGED_DELETION) {
                    sorted &= addStretch(from, position);
                    from = position + length;
                }
                position += length;
            }
        }
        return addStretch(from, position) && sorted;
    }

    private boolean addStretch(int from, int to) {
        if (from >= to) {
            return true;
        }
        if (stretchCount == stretches.length) {
            stretches = Arrays.copyOf(stretches, Math.max(1024, stretchCount * 2));
        }
        stretches[stretchCount++] = (long) from << 32 | to;
        return stretchCount < 2 || stretches[stretchCount - 2] <= stretches[stretchCount - 1];
    }

    /** The commonest base of each position among the reads that have a vote; A where there is none. */
    private void vote(byte[] buffer, int[] recordAt, BlockColumns columns) {
        if (votes.length < runs.length) {
            votes = new long[runs.length + runs.length / 4];
        }
        Arrays.fill(votes, 0, runs.length, 0);
        int firstRun = 0;
        int step = (int) Math.clamp(coveredBases / ((long) ENOUGH_VOTES * runs.length), 1, MAX_READS_PER_VOTER);
        int voters = (int) Math.min(columns.records, (long) MAX_VOTERS * step);
        for (int i = 0; i < voters; i += step) {
            firstRun = runs.find(columns.place[i], firstRun);
            if (!columns.aligned[i]) {
                continue;
            }
            int sequence = BamRecord.sequenceOffset(buffer, recordAt[i]);
            int position = columns.place[i];
            int query = 0;
            int run = firstRun;
            for (int k = columns.cigarAt[i]; k < columns.cigarAt[i + 1]; k++) {
                int operation = columns.operations[k];
                int length = operation >>> 4;
                if (BlockColumns.isMatch(operation)) {
                    run = runs.find(position, run);
                    if (runs.holds(run, position, length)) {
                        count(buffer, sequence, query, runs.base[run] + position - runs.start[run], length);
                    }
                }
                position += BlockColumns.consumesReference(operation) ? length : 0;
                query += BlockColumns.consumesQuery(operation) ? length : 0;
            }
        }
        packed.clear();
        packed.room(ConsensusBases.packedLength(runs.length));
        int bits = 0;
        long[] votes = this.votes;
        for (int i = 0; i < runs.length; i++) {
            long counts = votes[i];
            int a = (int) counts & 0xFFFF;
            int c = (int) counts >>> 16;
            int g = (int) (counts >>> 32) & 0xFFFF;
            int t = (int) (counts >>> 48);
            int lower = c > a ? 1 : 0;
            int upper = t > g ? 3 : 2;
            bits = bits << 2 | (Math.max(g, t) > Math.max(a, c) ? upper : lower);
            if ((i & 3) == 3) {
                packed.u8(bits);
            }
        }
        if ((runs.length & 3) != 0) {
            packed.u8(bits << 2 * (4 - (runs.length & 3)));
        }
        consensus.unpack(packed.array(), 0, runs.length);
    }

    private void count(byte[] buffer, int sequence, int query, int index, int length) {
        long[] votes = this.votes;
        int done = 0;
        if ((query & 1) != 0 && length > 0) {
            votes[index] += VOTE[buffer[sequence + (query >> 1)] & 0xF];
            done = 1;
        }
        int read = sequence + ((query + done) >> 1);
        int at = index + done;
        int pairs = (length - done) >> 1;
        for (int i = 0; i < pairs; i++) {
            int two = buffer[read + i];
            votes[at + 2 * i] += VOTE[two >> 4 & 0xF];
            votes[at + 2 * i + 1] += VOTE[two & 0xF];
        }
        if ((length - done & 1) != 0) {
            votes[at + 2 * pairs] += VOTE[buffer[read + pairs] >> 4 & 0xF];
        }
    }

    private void compare(byte[] buffer, int[] recordAt, BlockColumns columns) {
        gaps.clear();
        bases.clear();
        padding.clear();
        nibbleCount = 0;
        gap = 0;
        int firstRun = 0;
        int lastPadded = 0;
        for (int i = 0; i < columns.records; i++) {
            int sequence = BamRecord.sequenceOffset(buffer, recordAt[i]);
            int length = columns.sequenceLength[i];
            firstRun = runs.find(columns.place[i], firstRun);
            if (columns.aligned[i]) {
                compareAligned(buffer, sequence, columns, i, firstRun);
            } else {
                literal(buffer, sequence, 0, length);
            }
            if ((length & 1) != 0 && (buffer[sequence + length / 2] & 0xF) != 0) {
                padding.varint(i - lastPadded);
                padding.u8(buffer[sequence + length / 2] & 0xF);
                lastPadded = i;
            }
        }
    }

    private void compareAligned(byte[] buffer, int sequence, BlockColumns columns, int record, int firstRun) {
        int position = columns.place[record];
        int query = 0;
        int run = firstRun;
        for (int k = columns.cigarAt[record]; k < columns.cigarAt[record + 1]; k++) {
            int operation = columns.operations[k];
            int length = operation >>> 4;
            boolean onQuery = BlockColumns.consumesQuery(operation);
            boolean onReference = BlockColumns.consumesReference(operation);
            if (onQuery && onReference) {
                run = runs.find(position, run);
                if (runs.holds(run, position, length)) {
                    match(buffer, sequence, query, runs.base[run] + position - runs.start[run], length);
                } else {
                    literal(buffer, sequence, query, length);
                }
            } else if (onQuery) {
                literal(buffer, sequence, query, length);
            }
            position += onReference ? length : 0;
            query += onQuery ? length : 0;
        }
    }

    private void literal(byte[] buffer, int sequence, int query, int length) {
        Nibbles.copy(buffer, sequence, query, nibbles, 0, nibbleCount, length);
        nibbleCount += length;
    }

    /** Compares a stretch of the read with the consensus, two bases at a time. */
    private void match(byte[] buffer, int sequence, int query, int index, int length) {
        int done = 0;
        if ((query & 1) != 0 && length > 0) {
            base(Nibbles.at(buffer, sequence, query), index);
            done = 1;
        }
        int pairs = (length - done) >> 1;
        byte[] phase = ((index + done) & 1) == 0 ? consensus.even : consensus.odd;
        int read = sequence + ((query + done) >> 1);
        int at = (index + done) >> 1;
        int pair = 0;
        while (pair < pairs) {
            int same = Arrays.mismatch(buffer, read + pair, read + pairs, phase, at + pair, at + pairs);
            if (same < 0) {
                gap += 2 * (pairs - pair);
                break;
            }
            gap += 2 * same;
            pair += same;
            base(buffer[read + pair] >> 4 & 0xF, index + done + 2 * pair);
            base(buffer[read + pair] & 0xF, index + done + 2 * pair + 1);
            pair++;
        }
        for (int i = done + 2 * pairs; i < length; i++) {
            base(Nibbles.at(buffer, sequence, query + i), index + i);
        }
    }

    private void base(int code, int index) {
        int expected = consensus.code(index);
        if (code == expected) {
            gap++;
            return;
        }
        gaps.varint(gap);
        gap = 0;
        int base = TWO_BIT[code];
        bases.u8(base < 4 ? base - TWO_BIT[expected] & 3 : OTHER_BASE + code);
    }
}
