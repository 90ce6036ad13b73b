package dev.bams3.bgzf;

import java.util.zip.Deflater;

/** Makes raw deflate data (RFC 1951) of one block's bytes. Has native memory; used by one thread at a time, ended once. */
interface RawDeflater {
    /** Compresses nothing, so that every block is stored. */
    RawDeflater NONE = new RawDeflater() {
        @Override
        public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
            return -1;
        }

        @Override
        public void end() {}
    };

    /** Looks at all bytes that the next calls of {@link #deflate} will get, to choose how to compress them. */
    default void prepare(byte[] bytes, int offset, int length) {}

    /**
     * Compresses all of some bytes, {@link BgzfDeflaters#MAX_PAYLOAD} at most.
     *
     * @param room bytes that may be written
     * @return bytes written at {@code targetOffset}, or -1 if they would not fit
     */
    int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room);

    void end();

    /** The JDK's deflater. */
    final class Jdk implements RawDeflater {
        private final Deflater deflater;

        Jdk(int level) {
            deflater = new Deflater(level, true);
        }

        @Override
        public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
            deflater.reset();
            deflater.setInput(bytes, offset, length);
            deflater.finish();
            int most = Math.min(room, BgzfDeflaters.MAX_DATA);
            int deflated = deflater.deflate(target, targetOffset, most);
            return deflater.finished() ? deflated : -1;
        }

        @Override
        public void end() {
            deflater.end();
        }
    }
}
