package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.flow.ByteBudget;

/**
 * The wanted records of one block in the form of the answer. Its bytes stay charged until it is closed.
 *
 * @param bytes of the answer; none where no record was wanted
 * @param records wanted
 * @param scanned records of the block
 * @param charged what the bytes hold of the process
 */
record EncodedBlock(EncodedBytes bytes, int records, int scanned, ByteBudget.Lease charged) implements AutoCloseable {
    @Override
    public void close() {
        charged.close();
    }
}
