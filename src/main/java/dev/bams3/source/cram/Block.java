package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;

/**
 * A block as it is stored (CRAMv3 § 8).
 *
 * @param method of its compression
 * @param type of its content
 * @param contentId which external block it is
 * @param rawLength bytes that it has when decompressed, as it says
 * @param bytes compressed
 */
record Block(int method, int type, int contentId, int rawLength, byte[] bytes, Place place) {
    static final int FILE_HEADER = 0;
    static final int COMPRESSION_HEADER = 1;
    static final int MAPPED_SLICE = 2;
    static final int EXTERNAL = 4;
    static final int CORE = 5;

    /** Of all that CRAM 3.1 has; what is longer is no number of a method. */
    private static final int MAX_METHOD = BlockCodec.NAME_TOKENS;

    /**
     * Reads a block and checks its CRC32, which files before version 3 have not.
     *
     * @param available bytes that its container still has
     * @param most bytes that a block may have, compressed and decompressed
     */
    static Block read(CramInput in, boolean checksum, long available, long most) {
        Place place = in.place("block");
        in.beginChecksum();
        int method = in.unsignedByte(place);
        int type = in.unsignedByte(place);
        int id = in.itf8(place);
        int length = in.itf8(place);
        int rawLength = in.itf8(place);
        if (method > MAX_METHOD) {
            throw place.corrupt("compression method " + method + " is unknown");
        }
        if (length < 0 || rawLength < 0 || length > available - (in.position() - place.offset())) {
            throw place.corrupt("its size (" + length + " bytes, " + rawLength
                    + " decompressed) goes beyond its container, which has " + available + " left");
        }
        if (length > most || rawLength > most) {
            throw tooLarge(place, Math.max(length, rawLength), most);
        }
        if (method == BlockCodec.RAW && length != rawLength) {
            throw place.corrupt("is not compressed, but has " + length + " bytes and not " + rawLength);
        }
        byte[] bytes = in.bytes(length, place);
        if (checksum) {
            in.requireChecksum(place);
        }
        return new Block(method, type, id, rawLength, bytes, place);
    }

    static ReadsException tooLarge(Place place, long size, long most) {
        return place.tooLarge("would need " + size + " bytes of memory, and may use " + most
                + ": if the file is sound, give Java more memory (-Xmx)");
    }

    CramCursor cursor() {
        return new CramCursor(new BlockCodec().decompress(this), place);
    }

    Block require(int expected, String name) {
        if (type != expected) {
            throw place.corrupt("is of type " + type + ", where " + name + " (" + expected + ") has to stand");
        }
        return this;
    }
}
