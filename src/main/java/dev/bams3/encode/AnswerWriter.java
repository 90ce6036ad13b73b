package dev.bams3.encode;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Puts the pieces of one answer, or of a slice of it, onto a stream in their order; one thread. Blocks may have been
 * encoded anywhere, but come here one after the other.
 */
public final class AnswerWriter {
    private final OutputStream out;
    private final RecordEncoder encoder;
    private boolean atFirstRecord;

    /** @param out stays the caller's, and is neither flushed nor closed */
    public AnswerWriter(OutputStream out, RecordEncoder encoder) {
        this.out = out;
        this.encoder = encoder;
    }

    /** Writes the header, so that the next block is the answer's first. A later slice begins without it. */
    public void header() throws IOException {
        write(encoder.header(), 0);
        atFirstRecord = true;
    }

    /** Writes what {@link RecordEncoder#block} gave; nothing for a block without records. */
    public void block(EncodedBytes block) throws IOException {
        if (block.length() > 0) {
            write(block, atFirstRecord ? encoder.separatorLength() : 0);
            atFirstRecord = false;
        }
    }

    /**
     * Writes the terminator. Only after everything before it went well.
     *
     * @param records how many records the whole answer has
     */
    public void end(long records) throws IOException {
        write(encoder.end(records), 0);
    }

    private void write(EncodedBytes bytes, int skipped) throws IOException {
        out.write(bytes.buffer(), skipped, bytes.length() - skipped);
    }
}
