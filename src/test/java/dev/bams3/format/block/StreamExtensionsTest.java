package dev.bams3.format.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.EncodedBlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that 1.0 does not define: those that a reader may pass over, and those that it must not. */
class StreamExtensionsTest {
    private static final byte[] RECORDS = new PileRecords(3).block(20, 0);

    @ParameterizedTest
    @ValueSource(ints = {1, 29, 31, 48, 63, 1088, 32_767})
    void anUnknownStreamIsUnsupported(int id) {
        assertThatThrownBy(() -> decode(id)).isInstanceOfSatisfying(ReadsException.class, failure -> {
            assertThat(failure.kind()).isEqualTo(ErrorKind.UNSUPPORTED_VERSION);
            assertThat(failure.text()).contains("stream " + id);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {32_768, 50_000, 65_535})
    void anOptionalStreamIsPassedOver(int id) {
        assertThat(decode(id)).isEqualTo(RECORDS);
    }

    /** Decodes the records' block with one more stream. */
    private static byte[] decode(int more) {
        try (BlockEncoder encoder = new BlockEncoder();
                BlockDecoder decoder = new BlockDecoder();
                BlockStreams streams = new BlockStreams();
                BlockFrameWriter out = new BlockFrameWriter(1)) {
            EncodedBlock block = encoder.encode(RECORDS, 0, RECORDS.length);
            BlockFrame frame = new BlockFrame("chunk", block.stored(), 0, block.at(0, 0));
            byte[] content = {1, 2, 3};
            boolean added = false;
            out.begin();
            for (int i = 0; i < frame.count; i++) {
                if (!added && frame.ids[i] > more) {
                    out.add(more, StreamIds.PLAIN, content, 0, content.length);
                    added = true;
                }
                byte[] raw = new byte[frame.rawLengths[i]];
                streams.unpack(frame, i, raw, 0);
                out.add(frame.ids[i], frame.transforms[i], raw, 0, raw.length);
            }
            if (!added) {
                out.add(more, StreamIds.PLAIN, content, 0, content.length);
            }
            byte[] stored = out.finish(RECORDS.length, (int) block.digest().records(), block.firstReference());
            BlockEntry right = block.at(0, 0);
            BlockEntry entry = new BlockEntry(
                    0,
                    0,
                    stored.length,
                    right.rawLength(),
                    right.records(),
                    right.firstReference(),
                    right.firstStart(),
                    right.lastReference(),
                    right.lastStart(),
                    right.endMax(),
                    right.bases(),
                    right.crc32c());
            return decoder.decode("chunk", stored, 0, entry);
        }
    }
}
