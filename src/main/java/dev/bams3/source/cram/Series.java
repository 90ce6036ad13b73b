package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;

/** Data series of one slice: each call reads the next value from where the slice's blocks have it. */
final class Series {
    private static final byte[] NOTHING = {};

    private Series() {}

    /** A series of numbers. */
    interface Ints {
        int next();
    }

    /** A series of bytes. */
    interface Bytes {
        byte next();

        /** Reads several values. */
        default void next(byte[] target, int offset, int count) {
            for (int i = 0; i < count; i++) {
                target[offset + i] = next();
            }
        }
    }

    /** A series of byte arrays; each lies in an array of the series until the next is read. */
    abstract static class Arrays {
        byte[] bytes = NOTHING;
        int from;
        int length;

        /** @param most bytes that the next value may have */
        abstract void next(int most);

        final void copyTo(byte[] target, int offset) {
            System.arraycopy(bytes, from, target, offset, length);
        }
    }

    /** An external block of a slice, and how far it was read by the series that share it. */
    static final class External {
        private final byte[] bytes;
        private final Place place;
        private int at;

        External(byte[] bytes, Place place) {
            this.bytes = bytes;
            this.place = place;
        }

        int itf8() {
            if (at < bytes.length) {
                int first = bytes[at];
                if (first >= 0) {
                    at++;
                    return first;
                }
                int more = Itf8.following(first & 0xFF);
                if (more < bytes.length - at) {
                    int value = Itf8.decode(first & 0xFF, bytes, at + 1);
                    at += 1 + more;
                    return value;
                }
            }
            throw ended();
        }

        /** Passes over so many bytes, and returns where they begin. */
        int take(int count) {
            if (count < 0 || count > bytes.length - at) {
                throw ended();
            }
            int from = at;
            at += count;
            return from;
        }

        byte[] bytes() {
            return bytes;
        }

        /** Passes over the bytes before the next {@code stop} and it, or all that are left; returns where they end. */
        int takeUntil(byte stop) {
            int end = at;
            while (end < bytes.length && bytes[end] != stop) {
                end++;
            }
            at = Math.min(bytes.length, end + 1);
            return end;
        }

        int position() {
            return at;
        }

        boolean isAtEnd() {
            return at == bytes.length;
        }

        ReadsException ended() {
            return place.corrupt("ends before its records");
        }
    }

    static Ints external(External block) {
        return block::itf8;
    }

    static Bytes externalBytes(External block) {
        return new Bytes() {
            @Override
            public byte next() {
                return block.bytes()[block.take(1)];
            }

            @Override
            public void next(byte[] target, int offset, int count) {
                System.arraycopy(block.bytes(), block.take(count), target, offset, count);
            }
        };
    }

    /** Arrays whose lengths stand in a series of their own. */
    static Arrays sized(Ints lengths, External block, Place place) {
        return new Arrays() {
            @Override
            void next(int most) {
                length = checkedLength(lengths.next(), most, place);
                from = block.take(length);
                bytes = block.bytes();
            }
        };
    }

    /** Arrays of values that are no whole bytes of a block. */
    static Arrays sized(Ints lengths, Bytes values, Place place) {
        return new Arrays() {
            @Override
            void next(int most) {
                length = checkedLength(lengths.next(), most, place);
                bytes = bytes.length < length ? new byte[length] : bytes;
                values.next(bytes, 0, length);
            }
        };
    }

    /** Arrays of one byte. */
    static Arrays single(External block) {
        return new Arrays() {
            @Override
            void next(int most) {
                length = 1;
                from = block.take(1);
                bytes = block.bytes();
            }
        };
    }

    /** Arrays that end before a {@code stop}. */
    static Arrays stopped(External block, byte stop, Place place) {
        return new Arrays() {
            @Override
            void next(int most) {
                if (block.isAtEnd()) {
                    throw block.ended();
                }
                from = block.position();
                length = checkedLength(block.takeUntil(stop) - from, most, place);
                bytes = block.bytes();
            }
        };
    }

    private static int checkedLength(int length, int most, Place place) {
        if (length < 0 || length > most) {
            throw place.corrupt("an array of " + length + " bytes, where " + most + " are the most");
        }
        return length;
    }
}
