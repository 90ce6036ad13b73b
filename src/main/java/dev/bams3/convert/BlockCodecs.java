package dev.bams3.convert;

import dev.bams3.convert.BlockCutter.RawBlock;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.block.BlockDecoder;
import dev.bams3.format.block.BlockEncoder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Block encoders and decoders, one pair for each thread that works at once, kept for the next block. */
public final class BlockCodecs implements AutoCloseable {
    /** Blocks are seldom longer; the buffers of a codec that had a longer one are not kept. */
    static final int USUAL_BLOCK = 8 << 20;

    private final ArrayDeque<Codec> idle = new ArrayDeque<>();
    private final Compression compression;
    private boolean closed;

    /** To decode. */
    public BlockCodecs() {
        this(Compression.DEFAULT);
    }

    public BlockCodecs(Compression compression) {
        this.compression = compression;
    }

    private static final class Codec {
        private final BlockEncoder encoder;
        private final BlockDecoder decoder = new BlockDecoder();

        Codec(Compression compression) {
            encoder = new BlockEncoder(compression);
        }

        void close() {
            encoder.close();
            decoder.close();
        }
    }

    /**
     * Encodes a block; with {@code verify} also decodes it and compares it with its source.
     *
     * @throws ReadsException INTERNAL if what was decoded is not what was encoded: a defect of this program or machine
     */
    EncodedBlock encode(RawBlock raw, boolean verify) {
        Codec codec = take();
        try {
            EncodedBlock encoded = codec.encoder.encode(raw.bytes(), 0, raw.length());
            if (verify && !codec.decoder.decodesTo(raw.bytes(), "encoded block", encoded.stored(), encoded.at(0, 0))) {
                throw ReadsException.of(
                        ErrorKind.INTERNAL,
                        "a defect of this program or machine: a block of reference " + encoded.firstReference()
                                + " starting at " + encoded.firstStart()
                                + " does not decode to the records it was made from; nothing was published");
            }
            return encoded;
        } finally {
            giveBack(codec, raw.length());
        }
    }

    /** Decodes a stored block. */
    public byte[] decode(String object, byte[] stored, int offset, BlockEntry entry) {
        Codec codec = take();
        try {
            return codec.decoder.decode(object, stored, offset, entry);
        } finally {
            giveBack(codec, entry.rawLength());
        }
    }

    private Codec take() {
        synchronized (this) {
            @Nullable Codec kept = idle.pollLast();
            if (kept != null) {
                return kept;
            }
        }
        return new Codec(compression);
    }

    private void giveBack(Codec codec, int rawLength) {
        synchronized (this) {
            if (!closed && rawLength <= USUAL_BLOCK) {
                idle.addLast(codec);
                return;
            }
        }
        codec.close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Codec::close);
        idle.clear();
    }
}
