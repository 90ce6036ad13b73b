package dev.bams3.format.block;

/** Rebuilds the bases of one record after the other from the streams that {@link SequenceEncoder} writes. */
final class SequenceDecoder {
    private static final int NO_MISMATCH = Integer.MAX_VALUE;

    /** Bases of a consensus for each byte of records, at most. */
    private static final int MAX_CONSENSUS = 4;

    /** An aligned run has at least one CIGAR operation, of four bytes. */
    private static final int MIN_BYTES_OF_RUN = 4;

    private final ConsensusRuns runs = new ConsensusRuns();
    private final ConsensusBases consensus = new ConsensusBases();
    private boolean hasConsensus;
    private StreamCursor bytes = new StreamCursor();
    private StreamCursor nibbles = new StreamCursor();
    private StreamCursor padding = new StreamCursor();
    private StreamCursor gaps = new StreamCursor();
    private StreamCursor bases = new StreamCursor();
    private int nibble;
    private int nibbleLimit;
    /** Aligned bases before the next mismatch. */
    private int untilMismatch;

    private int nextPadded;
    private int firstRun;

    /** @param limit bytes of the records */
    void begin(BlockStreams streams, int limit) {
        bytes = streams.plain(StreamIds.SEQUENCE_BYTES);
        nibbles = streams.plain(StreamIds.SEQUENCE_NIBBLES);
        padding = streams.plain(StreamIds.SEQUENCE_PADDING);
        gaps = streams.plain(StreamIds.MISMATCH_GAP);
        bases = streams.plain(StreamIds.MISMATCH_BASE);
        StreamCursor stretches = streams.plain(StreamIds.CONSENSUS_RUNS);
        StreamCursor packed = streams.plain(StreamIds.CONSENSUS_BASES);
        hasConsensus = stretches.remaining() > 0;
        nibble = 0;
        nibbleLimit = (int) Math.min(Integer.MAX_VALUE, nibbles.remaining() * 2L);
        firstRun = 0;
        untilMismatch = nextGap();
        nextPadded = padding.remaining() > 0 ? padding.varint() : -1;
        if (hasConsensus) {
            readRuns(
                    stretches,
                    Math.min(4L * packed.remaining(), (long) MAX_CONSENSUS * limit),
                    limit / MIN_BYTES_OF_RUN);
            consensus.unpack(packed.data, packed.take(ConsensusBases.packedLength(runs.length)), runs.length);
        }
    }

    private void readRuns(StreamCursor stretches, long maxBases, int maxRuns) {
        runs.clear();
        long end = 0;
        while (stretches.remaining() > 0) {
            long start = end + (stretches.varint() & 0xFFFF_FFFFL);
            end = start + (stretches.varint() & 0xFFFF_FFFFL);
            if (end > Integer.MAX_VALUE
                    || start == end
                    || runs.length + end - start > maxBases
                    || runs.count == maxRuns) {
                throw stretches.malformed("run " + runs.count + " from " + start + " to " + end);
            }
            runs.add((int) start, (int) end);
        }
    }

    private int nextGap() {
        if (gaps.remaining() == 0) {
            return NO_MISMATCH;
        }
        int gap = gaps.varint();
        if (gap < 0) {
            throw gaps.malformed("a gap of more than 31 bits");
        }
        return gap;
    }

    /** Writes the bases of the next record to a place that is zero so far. */
    void next(BlockColumns columns, int record, byte[] out, int at) {
        int length = columns.sequenceLength[record];
        if (!hasConsensus) {
            int count = (length + 1) / 2;
            System.arraycopy(bytes.data, bytes.take(count), out, at, count);
            return;
        }
        firstRun = runs.find(columns.place[record], firstRun);
        if (columns.aligned[record]) {
            aligned(columns, record, out, at);
        } else {
            literal(out, at, 0, length);
        }
        if (record == nextPadded) {
            int code = padding.u8();
            if ((length & 1) == 0 || code > 15) {
                throw padding.malformed("padding " + code + " behind " + length + " bases");
            }
            out[at + length / 2] |= (byte) code;
            nextPadded = padding.remaining() > 0 ? record + padding.varint() : -1;
        }
    }

    private void aligned(BlockColumns columns, int record, byte[] out, int at) {
        int position = columns.place[record];
        int query = 0;
        int run = firstRun;
        int last = columns.cigarAt[record + 1];
        for (int k = columns.cigarAt[record]; k < last; k++) {
            int operation = columns.operations[k];
            int length = operation >>> 4;
            boolean onQuery = BlockColumns.consumesQuery(operation);
            boolean onReference = BlockColumns.consumesReference(operation);
            if (onQuery && onReference) {
                run = runs.find(position, run);
                if (runs.holds(run, position, length)) {
                    match(out, at, query, runs.base[run] + position - runs.start[run], length);
                } else {
                    literal(out, at, query, length);
                }
            } else if (onQuery) {
                literal(out, at, query, length);
            }
            position += onReference ? length : 0;
            query += onQuery ? length : 0;
        }
    }

    private void literal(byte[] out, int at, int query, int length) {
        if (length > nibbleLimit - nibble) {
            throw nibbles.malformed("too short");
        }
        Nibbles.copy(nibbles.data, nibbles.at, nibble, out, at, query, length);
        nibble += length;
    }

    private void match(byte[] out, int at, int query, int index, int length) {
        int done = 0;
        if ((query & 1) != 0 && length > 0) {
            out[at + (query >> 1)] |= (byte) consensus.code(index);
            done = 1;
        }
        int pairs = (length - done) >> 1;
        byte[] phase = ((index + done) & 1) == 0 ? consensus.even : consensus.odd;
        int to = at + ((query + done) >> 1);
        System.arraycopy(phase, (index + done) >> 1, out, to, pairs);
        if (((length - done) & 1) != 0) {
            out[to + pairs] |= (byte) (consensus.code(index + length - 1) << 4);
        }
        int behind = 0;
        while (untilMismatch < length - behind) {
            int where = behind + untilMismatch;
            int symbol = bases.u8();
            int code;
            if (symbol == 0 || symbol >= SequenceEncoder.OTHER_BASE + 16) {
                throw bases.malformed("symbol " + symbol);
            }
            if (symbol >= SequenceEncoder.OTHER_BASE) {
                code = symbol - SequenceEncoder.OTHER_BASE & 0xF;
            } else {
                int expected = 31 - Integer.numberOfLeadingZeros(consensus.code(index + where));
                code = 1 << (expected + symbol & 3);
            }
            Nibbles.set(out, at, query + where, code);
            behind = where + 1;
            untilMismatch = nextGap();
        }
        if (untilMismatch != NO_MISMATCH) {
            untilMismatch -= length - behind;
        }
    }

    /** Bytes of buffers that are kept for the next block. */
    long heldBytes() {
        return 12L * runs.start.length + 2L * consensus.even.length;
    }

    /** Says where the bases end, for the check that nothing is left over. */
    void finish() {
        if (hasConsensus) {
            nibbles.take((int) ((nibble + 1L) / 2));
        }
    }
}
