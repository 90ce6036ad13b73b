package dev.bams3.encode;

import dev.bams3.sam.SamHeader;

final class NdjsonEncoder implements RecordEncoder {
    NdjsonEncoder(SamHeader header) {}

    @Override
    public EncodedBytes header() {
        throw new UnsupportedOperationException("owner: encode");
    }

    @Override
    public EncodedBytes block(byte[] records, int offset, int length) {
        throw new UnsupportedOperationException("owner: encode");
    }

    @Override
    public EncodedBytes end(long records) {
        throw new UnsupportedOperationException("owner: encode");
    }
}
