package dev.bams3.query;

import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.FairTurns;

/**
 * What all requests share.
 *
 * @param fetcher stored blocks come from
 * @param cpu turns on the threads that decode, filter and encode; as many as cores
 * @param scratch memory of these threads
 * @param compression of BAM
 * @param encoded bytes of encoded blocks that may be held
 * @param merging bytes of records that answers of cohorts may hold while they are merged
 * @param blocksInFlight of one request
 * @param times of work
 * @param maxBlockBytes most bytes of a block, stored or decoded
 */
record ReadEngine(
        ChunkFetcher fetcher,
        FairTurns cpu,
        ScratchPool scratch,
        BamCompression compression,
        ByteBudget encoded,
        ByteBudget merging,
        int blocksInFlight,
        WorkTimes times,
        int maxBlockBytes) {}
