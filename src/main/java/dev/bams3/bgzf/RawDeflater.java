package dev.bams3.bgzf;

/** Makes raw deflate data (RFC 1951) of one block's bytes. Has native memory; used by one thread at a time, ended once. */
interface RawDeflater {
    /** Finds nothing that would shrink. */
    RawDeflater NONE = new RawDeflater() {
        @Override
        public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
            return -1;
        }

        @Override
        public void end() {}
    };

    /**
     * Compresses all of some bytes, {@link BgzfDeflaters#MAX_PAYLOAD} at most.
     *
     * @param room bytes that may be written
     * @return bytes written at {@code targetOffset}, or -1 if they would not fit
     */
    int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room);

    void end();
}
