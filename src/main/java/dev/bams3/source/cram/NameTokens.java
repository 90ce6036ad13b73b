package dev.bams3.source.cram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes read names that were cut into tokens (CRAMcodecs § 5), each with a NUL behind it; one stream. A token is text, a
 * number, or says how it follows from the token at its position of an earlier name.
 */
final class NameTokens {
    private static final int TYPE = 0;
    private static final int STRING = 1;
    private static final int CHARACTER = 2;
    private static final int PADDED = 3;
    private static final int PADDED_LENGTH = 4;
    private static final int SAME_NAME = 5;
    private static final int OTHER_NAME = 6;
    private static final int NUMBER = 7;
    private static final int DELTA = 8;
    private static final int PADDED_DELTA = 9;
    private static final int MATCH = 10;
    private static final int NOTHING = 11;
    private static final int END = 12;

    private static final int TYPES = 16;
    private static final int MAX_POSITIONS = 128;

    private static final int NEW_POSITION = 0x80;
    private static final int DUPLICATE = 0x40;
    private static final int TYPE_MASK = 0x3F;

    /** A character has a type of one byte and a value of four at most, and a name three such bytes beside. */
    private static final int BYTES_PER_CHARACTER = 8;

    /** Streams of few names are padded. */
    private static final int LEAST_BYTES = 64 << 10;

    private final CramCursor in;
    private final byte[] out;
    private final @Nullable Stream[] streams = new @Nullable Stream[MAX_POSITIONS * TYPES];
    private final int names;
    private int positions;
    private int at;

    // Tokens of all names, one after the other: of a string its length and where it lies, of a number its value and
    // digits.
    private byte[] types = new byte[1024];
    private int[] values = new int[1024];
    private int[] details = new int[1024];
    private int tokens;
    private final int[] firstToken;
    private final int[] tokenCount;
    private final int[] nameAt;
    private final int[] nameLength;

    /** Values of one type at one position; without a stored type all but the first are matches. */
    private static final class Stream {
        private final byte[] bytes;
        private final int matches;
        private final Place place;
        private int at;

        private Stream(byte[] bytes, int matches, Place place) {
            this.bytes = bytes;
            this.matches = matches;
            this.place = place;
        }

        private Stream copy() {
            return new Stream(bytes, matches, place);
        }

        private boolean isAtEnd() {
            return at >= bytes.length + matches;
        }

        private int unsignedByte() {
            if (isAtEnd()) {
                throw place.corrupt("a stream of its name tokens ends early");
            }
            return at < bytes.length ? bytes[at++] & 0xFF : matched();
        }

        private int matched() {
            at++;
            return MATCH;
        }

        private int int32() {
            return unsignedByte() | unsignedByte() << 8 | unsignedByte() << 16 | unsignedByte() << 24;
        }
    }

    private NameTokens(CramCursor in, int length) {
        this.in = in;
        int said = in.int32();
        names = in.int32();
        if (said != length || names < 0 || names > length) {
            throw in.place().corrupt("its " + names + " names have " + said + " bytes, where the block says " + length);
        }
        firstToken = new int[names];
        tokenCount = new int[names];
        nameAt = new int[names];
        nameLength = new int[names];
        out = new byte[length];
    }

    /** Returns the bytes of memory that decoding names of this length needs beside them. */
    static long workspace(int length) {
        return 5L * BYTES_PER_CHARACTER * length + LEAST_BYTES;
    }

    /** @param length that the names have to have, NULs included */
    static byte[] decode(CramCursor in, int length, RansNx16 rans, ArithmeticCoder arithmetic) {
        NameTokens tokens = new NameTokens(in, length);
        tokens.readStreams(in.unsignedByte() == 0 ? rans : arithmetic);
        return tokens.decode();
    }

    private void readStreams(CodecStream.Coder coder) {
        int left = (int) Math.min(Integer.MAX_VALUE, (long) BYTES_PER_CHARACTER * out.length + LEAST_BYTES);
        while (in.remaining() > 0) {
            int how = in.unsignedByte();
            int type = how & TYPE_MASK;
            if ((how & NEW_POSITION) != 0) {
                positions++;
            }
            if (positions == 0 || positions > MAX_POSITIONS || type >= TYPES) {
                throw in.place().corrupt("a stream of its name tokens is of position " + positions + ", type " + type);
            }
            int first = (positions - 1) * TYPES;
            if ((how & NEW_POSITION) != 0 && type != TYPE) {
                streams[first] = new Stream(new byte[] {(byte) type}, names - 1, in.place());
            }
            if ((how & DUPLICATE) != 0) {
                int of = in.unsignedByte() * TYPES + in.unsignedByte();
                @Nullable Stream original = of < first + type ? streams[of] : null;
                if (original == null) {
                    throw in.place().corrupt("a stream of its name tokens is the copy of none");
                }
                streams[first + type] = original.copy();
            } else {
                byte[] bytes = CodecStream.decodeUpTo(coder, in.part(in.uint7()), left);
                left -= bytes.length;
                streams[first + type] = new Stream(bytes, 0, in.place());
            }
        }
    }

    private byte[] decode() {
        Stream kinds = stream(0, TYPE);
        int name = 0;
        while (!kinds.isAtEnd() && at < out.length) {
            if (name == names) {
                throw in.place().corrupt("it has more names than the " + names + " it says");
            }
            int kind = kinds.unsignedByte();
            if (kind != SAME_NAME && kind != OTHER_NAME) {
                throw in.place().corrupt("a name begins with a token of type " + kind);
            }
            int distance = stream(0, kind).int32();
            if (distance < 0 || distance > name || distance == 0 && kind == SAME_NAME) {
                throw in.place().corrupt("name " + name + " follows from the one " + distance + " before it");
            }
            if (kind == SAME_NAME) {
                repeat(name, name - distance);
            } else {
                decodeName(name, name - distance);
            }
            name++;
        }
        if (at != out.length) {
            throw in.place().corrupt("its names have " + at + " bytes, not " + out.length);
        }
        return out;
    }

    private void repeat(int name, int earlier) {
        firstToken[name] = firstToken[earlier];
        tokenCount[name] = tokenCount[earlier];
        nameAt[name] = at;
        nameLength[name] = nameLength[earlier];
        put(out, nameAt[earlier], nameLength[earlier]);
    }

    private void decodeName(int name, int earlier) {
        nameAt[name] = at;
        firstToken[name] = tokens;
        for (int position = 1; ; position++) {
            int type = stream(position, TYPE).unsignedByte();
            if (type == END) {
                break;
            }
            // The name's own tokens do not count yet, so the first name follows from nothing.
            int model = position <= tokenCount[earlier] ? firstToken[earlier] + position - 1 : -1;
            decodeToken(type, position, model);
        }
        tokenCount[name] = tokens - firstToken[name];
        put(0);
        nameLength[name] = at - nameAt[name];
    }

    private void decodeToken(int type, int position, int model) {
        switch (type) {
            case CHARACTER -> add(CHARACTER, stream(position, CHARACTER).unsignedByte(), 0);
            case STRING -> {
                int from = at;
                Stream stream = stream(position, STRING);
                for (int next = stream.unsignedByte(); next != 0; next = stream.unsignedByte()) {
                    put(next);
                }
                keep(STRING, at - from, from);
            }
            case PADDED -> {
                int digits = stream(position, PADDED_LENGTH).unsignedByte();
                add(PADDED, stream(position, PADDED).int32(), digits);
            }
            case NUMBER -> add(NUMBER, stream(position, NUMBER).int32(), 0);
            case DELTA -> {
                require(model, NUMBER);
                add(NUMBER, values[model] + stream(position, DELTA).unsignedByte(), 0);
            }
            case PADDED_DELTA -> {
                require(model, PADDED);
                add(PADDED, values[model] + stream(position, PADDED_DELTA).unsignedByte(), details[model]);
            }
            case MATCH -> {
                if (model < 0) {
                    throw in.place().corrupt("a token of a name matches none");
                }
                add(types[model], values[model], details[model]);
            }
            case NOTHING -> keep(NOTHING, 0, 0);
            default -> throw in.place().corrupt("a token of a name is of type " + type);
        }
    }

    private void require(int model, int type) {
        if (model < 0 || types[model] != type) {
            throw in.place().corrupt("a token of a name adds to what is no number");
        }
    }

    /** Writes a token to the name and keeps it for later names. */
    private void add(int type, int value, int detail) {
        int from = at;
        switch (type) {
            case CHARACTER -> put(value);
            case STRING -> put(out, detail, value);
            case NUMBER -> putNumber(value, 1);
            case PADDED -> putNumber(value, detail);
            default -> throw in.place().corrupt("a token of a name matches one of type " + type);
        }
        keep(type, value, type == STRING ? from : detail);
    }

    private void keep(int type, int value, int detail) {
        if (tokens > out.length) {
            throw in.place().corrupt("its names have more tokens than characters");
        }
        if (tokens == types.length) {
            types = Arrays.copyOf(types, 2 * tokens);
            values = Arrays.copyOf(values, 2 * tokens);
            details = Arrays.copyOf(details, 2 * tokens);
        }
        types[tokens] = (byte) type;
        values[tokens] = value;
        details[tokens] = detail;
        tokens++;
    }

    /** Writes an unsigned number in at least so many digits. */
    private void putNumber(int value, int leastDigits) {
        long left = Integer.toUnsignedLong(value);
        int digits = Math.max(1, leastDigits);
        for (long most = power(digits); left >= most; most *= 10) {
            digits++;
        }
        digits = leastDigits == 0 && value == 0 ? 0 : digits;
        requireRoom(digits);
        for (int i = at + digits - 1; i >= at; i--) {
            out[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        at += digits;
    }

    /** 10^digits, or more than any number. */
    private static long power(int digits) {
        long power = 1;
        for (int i = 0; i < Math.min(10, digits); i++) {
            power *= 10;
        }
        return power;
    }

    private void put(int value) {
        requireRoom(1);
        out[at++] = (byte) value;
    }

    private void put(byte[] bytes, int from, int length) {
        requireRoom(length);
        System.arraycopy(bytes, from, out, at, length);
        at += length;
    }

    private void requireRoom(int length) {
        if (length > out.length - at) {
            throw in.place().corrupt("its names have more than the " + out.length + " bytes that the block says");
        }
    }

    private Stream stream(int position, int type) {
        @Nullable Stream stream = position < positions ? streams[position * TYPES + type] : null;
        if (stream == null) {
            throw in.place().corrupt("it has no tokens of type " + type + " at position " + position + " of a name");
        }
        return stream;
    }
}
