package dev.bams3.format;

import dev.bams3.format.block.FormedBlock;
import dev.bams3.format.block.FormedBlock.Stream;
import dev.bams3.sam.BamRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Blocks of the worked example whose qualities stand in codec 2, with one thing wrong in it. */
final class BrokenRans {
    private static final int QUALITY = 24;
    private static final int STATES = 4;

    private final EncodedBlock block;
    private final byte[] qualities;
    private final byte[] stored;
    /** Where the states begin: behind two bytes and the tables. */
    private final int statesAt;

    private final Map<String, EncodedBlock> cases = new LinkedHashMap<>();

    private BrokenRans(EncodedBlock block) {
        this.block = block;
        ByteSink all = new ByteSink(128);
        byte[] records = FormatDocumentTest.records();
        for (int at = 0; at < records.length; at += BamRecord.length(records, at)) {
            all.bytes(records, BamRecord.qualityOffset(records, at), BamRecord.sequenceLength(records, at));
        }
        qualities = all.toByteArray();
        stored = Stream.plain(QUALITY, 0, qualities).byRans(STATES).stored();
        int states = 2;
        while (!isState(states)) {
            states++;
        }
        statesAt = states;
    }

    /** Whether four numbers of 2^31 or more stand there, as few bytes of tables could make up. */
    private boolean isState(int at) {
        ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < STATES; i++) {
            if (bytes.getLong(at + 8 * i) < 1L << 31) {
                return false;
            }
        }
        return true;
    }

    /** Returns the blocks by what is wrong in them. */
    static Map<String, EncodedBlock> all(EncodedBlock block) {
        BrokenRans made = new BrokenRans(block);
        made.add("rANS of order 2", bytes -> bytes.put(0, (byte) 2));
        made.add("rANS without states", bytes -> bytes.put(1, (byte) 0));
        made.add("rANS of 260 states", bytes -> bytes.put(1, (byte) 65));
        made.add("rANS with a symbol above 255", bytes -> bytes.put(3, (byte) 0).put(4, (byte) 0xFF));
        made.add(
                "rANS tables with a long number",
                bytes -> bytes.put(3, (byte) 0).put(4, (byte) 0));
        made.add("a rANS state that begins below 2^31", bytes -> bytes.putLong(made.statesAt, (1L << 31) - 1));
        made.add("a rANS state that begins above 2^63", bytes -> bytes.put(made.statesAt + 7, (byte) 0x80));
        made.add(
                "a rANS state that ends elsewhere",
                bytes -> bytes.put(made.statesAt, (byte) ~bytes.get(made.statesAt)));
        made.add("rANS cut in its states", Arrays.copyOf(made.stored, made.statesAt + 20));
        made.add("rANS cut in its tables", Arrays.copyOf(made.stored, 4));
        made.add("rANS cut in its words", Arrays.copyOf(made.stored, made.stored.length - 4));
        made.add("rANS of nothing", new byte[0]);
        made.add("rANS with a word too many", Arrays.copyOf(made.stored, made.stored.length + 4));
        made.add("rANS frequencies that do not add up", made.withTables(0b0010, 5));
        made.add("rANS frequencies of more than 10 bits", made.withTables(0b1011, 1));
        return made.cases;
    }

    private void add(String name, Consumer<ByteBuffer> change) {
        byte[] bytes = stored.clone();
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        add(name, bytes);
    }

    private void add(String name, byte[] bytes) {
        Stream broken = new Stream(QUALITY, 0, Bams3Format.CODEC_RANS, qualities, bytes);
        cases.put(
                name,
                FormedBlock.changed(
                        block,
                        streams -> streams.stream()
                                .map(stream -> stream.id() == QUALITY ? broken : stream)
                                .toList()));
    }

    /** The stream with tables of one symbol, of which the digits of the sum and the frequency are given. */
    private byte[] withTables(int digits, int frequency) {
        StringBuilder bits = new StringBuilder("00000000");
        bits.append(gamma(2));
        bits.append(Integer.toBinaryString(16 + digits).substring(1)).append(gamma(frequency + 1));
        while (bits.length() % 8 != 0) {
            bits.append('0');
        }
        ByteSink out = new ByteSink(stored.length);
        out.u8(0);
        out.u8(STATES / 4);
        for (int i = 0; i < bits.length(); i += 8) {
            out.u8(Integer.parseInt(bits.substring(i, i + 8), 2));
        }
        out.bytes(stored, statesAt, stored.length - statesAt);
        return out.toByteArray();
    }

    private static String gamma(int value) {
        String digits = Integer.toBinaryString(value);
        return "0".repeat(digits.length() - 1) + digits;
    }
}
