package dev.bams3.source.cram;

/**
 * The header of a container (CRAMv3 § 7), as far as it is needed.
 *
 * @param length bytes of its blocks
 * @param records in it
 * @param blocks in it
 * @param slices in it
 */
record ContainerHeader(int length, int records, int blocks, int slices, Place place) {
    static ContainerHeader read(CramInput in, CramVersion version) {
        Place place = in.place("container header");
        in.beginChecksum();
        int length = in.int32(place);
        // Reference, start and span: slices have their own.
        in.itf8(place);
        in.itf8(place);
        in.itf8(place);
        int records = in.itf8(place);
        if (version.major() == 2) {
            in.itf8(place);
        } else {
            in.skipLtf8(place);
        }
        // Bases.
        in.skipLtf8(place);
        int blocks = in.itf8(place);
        int slices = in.itf8(place);
        if (length < 0 || records < 0 || slices < 0 || slices > length) {
            throw place.corrupt(
                    "impossible sizes: " + length + " bytes, " + records + " records, " + slices + " slices");
        }
        for (int i = 0; i < slices; i++) {
            in.itf8(place);
        }
        if (version.hasChecksums()) {
            in.requireChecksum(place);
        }
        return new ContainerHeader(length, records, blocks, slices, place);
    }
}
