package dev.bams3.format.block;

import dev.bams3.format.Bams3Format;
import dev.bams3.format.ByteCursor;
import dev.bams3.format.ByteSink;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.StreamDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Blocks whose streams stand in a form of the caller's choice, which the encoder would not choose, sound or not. */
public final class FormedBlock {
    private FormedBlock() {}

    /**
     * A stream of a block.
     *
     * @param raw the bytes that the codec gives
     * @param stored the bytes in the block
     */
    public record Stream(int id, int transform, int codec, byte[] raw, byte[] stored) {
        /** A stream that is stored as it is. */
        public static Stream plain(int id, int transform, byte[] raw) {
            return new Stream(id, transform, Bams3Format.CODEC_STORED, raw, raw);
        }

        /** Returns the same bytes in codec 2, with a number of states of the caller's choice. */
        public Stream byRans(int states) {
            RansEncoder encoder = new RansEncoder();
            encoder.prepare(raw, 0, raw.length, states, Integer.MAX_VALUE);
            ByteSink out = new ByteSink(raw.length);
            encoder.write(out);
            return new Stream(id, transform, Bams3Format.CODEC_RANS, raw, out.toByteArray());
        }
    }

    /** Returns the streams of a sound block. */
    public static List<Stream> streams(EncodedBlock block) {
        return streams(new BlockFrame("block", block.stored(), 0, block.at(0, 0)));
    }

    /** Returns the streams of a block; those that are optional are left out. */
    public static List<Stream> streams(BlockFrame frame) {
        List<Stream> streams = new ArrayList<>();
        try (BlockStreams in = new BlockStreams()) {
            for (int i = 0; i < frame.count; i++) {
                if (frame.ids[i] >= StreamIds.OPTIONAL) {
                    continue;
                }
                byte[] raw = new byte[frame.rawLengths[i]];
                in.unpack(frame, i, raw, 0);
                int from = frame.offsets[i];
                byte[] stored = Arrays.copyOfRange(frame.bytes, from, from + frame.storedLengths[i]);
                streams.add(new Stream(frame.ids[i], frame.transforms[i], frame.codecs[i], raw, stored));
            }
        }
        return streams;
    }

    /** Returns the block with these streams, as they are given, whatever its records then are. */
    public static EncodedBlock of(EncodedBlock like, List<Stream> streams) {
        return with(like, encode(like, streams));
    }

    /** Returns the block with other streams. */
    public static EncodedBlock changed(EncodedBlock block, Function<List<Stream>, List<Stream>> change) {
        return of(block, change.apply(new ArrayList<>(streams(block))));
    }

    /** Returns the block with other stored bytes. */
    public static EncodedBlock with(EncodedBlock like, byte[] stored) {
        return new EncodedBlock(
                stored,
                like.firstReference(),
                like.firstStart(),
                like.lastReference(),
                like.lastStart(),
                like.endMax(),
                like.reads(),
                like.digest(),
                like.flagstat());
    }

    /** Returns the block with another digest of its records. */
    public static EncodedBlock with(EncodedBlock like, StreamDigest digest) {
        return new EncodedBlock(
                like.stored(),
                like.firstReference(),
                like.firstStart(),
                like.lastReference(),
                like.lastStart(),
                like.endMax(),
                like.reads(),
                digest,
                like.flagstat());
    }

    private static byte[] encode(EncodedBlock like, List<Stream> streams) {
        ByteSink table = new ByteSink(64);
        for (Stream stream : streams) {
            table.varint(stream.id());
            table.u8(stream.transform());
            table.u8(stream.codec());
            table.varint(stream.raw().length);
            table.varint(stream.stored().length);
            table.int32(ByteCursor.crc32c(stream.stored(), 0, stream.stored().length));
        }
        ByteSink out = new ByteSink(256);
        out.bytes(Bams3Format.magic(BlockFrame.MAGIC));
        out.int32((int) like.digest().bytes());
        out.int32((int) like.digest().records());
        out.int32(like.firstReference());
        out.u16(streams.size());
        out.u16(table.size());
        out.bytes(table.toByteArray());
        out.int32(ByteCursor.crc32c(out.array(), 0, out.size()));
        streams.forEach(stream -> out.bytes(stream.stored()));
        return out.toByteArray();
    }
}
