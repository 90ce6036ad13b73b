package dev.bams3.bgzf;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates raw deflate data (RFC 1951) of one BGZF block. Has native memory; used by one thread at a time, ended once. */
interface RawInflater {
    /**
     * Inflates all of some data.
     *
     * @param expected bytes that should come out, 65,536 at most; {@code target} has room for as many
     * @return bytes that came out: more than {@code expected} where the data holds more, -1 for data that is not deflate
     *     or ends before its last block does
     */
    int inflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int expected);

    void end();

    /** The JDK's inflater. */
    final class Jdk implements RawInflater {
        private final byte[] overflow = new byte[1];
        private final Inflater inflater = new Inflater(true);

        @Override
        public int inflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int expected) {
            try {
                inflater.reset();
                inflater.setInput(bytes, offset, length);
                int inflated = 0;
                while (inflated < expected) {
                    int more = inflater.inflate(target, targetOffset + inflated, expected - inflated);
                    if (more <= 0) {
                        return inflater.finished() ? inflated : -1;
                    }
                    inflated += more;
                }
                inflated += inflater.inflate(overflow, 0, 1);
                return inflated > expected || inflater.finished() ? inflated : -1;
            } catch (DataFormatException e) {
                return -1;
            }
        }

        @Override
        public void end() {
            inflater.end();
        }
    }
}
