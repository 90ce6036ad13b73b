package dev.bams3.source.cram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the records of a container are stored (CRAMv3 § 8.4): which series has which encoding, and what is left out. */
final class CompressionHeader {
    /** Bases in the order of the substitution matrix. */
    private static final String BASES = "ACGTN";

    private static final int SUBSTITUTIONS = 4;

    private final Place place;
    private final Map<String, Encoding.OfInts> ints = new HashMap<>();
    private final Map<String, Encoding.OfBytes> bytes = new HashMap<>();
    private final Map<String, Encoding.OfArrays> arrays = new HashMap<>();
    private final Map<Integer, Encoding.OfArrays> tags = new HashMap<>();
    private final List<int[]> tagLines = new ArrayList<>();
    private final byte[] substitutions = new byte[BASES.length() * SUBSTITUTIONS];
    private boolean namesIncluded;
    private boolean positionsAsDeltas = true;
    private boolean referenceRequired = true;
    private boolean scoresInReadOrder = true;

    private CompressionHeader(CramCursor in) {
        place = in.place();
        for (int base = 0; base < BASES.length(); base++) {
            setSubstitutions(base, 0b00_01_10_11, in.place());
        }
        readPreservation(in.sized("preservation map"));
        readSeries(in.sized("data series encodings"));
        readTags(in.sized("tag encodings"));
    }

    static CompressionHeader read(Block block) {
        CramCursor in =
                block.require(Block.COMPRESSION_HEADER, "a compression header").cursor();
        return new CompressionHeader(in);
    }

    private void readPreservation(CramCursor in) {
        int count = in.count("number of entries");
        for (int i = 0; i < count; i++) {
            String key = key(in);
            switch (key) {
                case "RN" -> namesIncluded = in.unsignedByte() != 0;
                case "AP" -> positionsAsDeltas = in.unsignedByte() != 0;
                case "RR" -> referenceRequired = in.unsignedByte() != 0;
                case "QO" -> scoresInReadOrder = in.unsignedByte() != 0;
                case "SM" -> {
                    for (int base = 0; base < BASES.length(); base++) {
                        setSubstitutions(base, in.unsignedByte(), in.place());
                    }
                }
                case "TD" -> readTagLines(in.sized("tag dictionary"));
                // Of version 1, or unknown: as htslib, all others are one byte.
                default -> in.unsignedByte();
            }
        }
        in.requireEnd();
    }

    /** @param codes two bits for each other base: its code */
    private void setSubstitutions(int base, int codes, Place place) {
        int shift = 6;
        int used = 0;
        for (int other = 0; other < BASES.length(); other++) {
            if (other != base) {
                int code = codes >> shift & 3;
                if ((used & 1 << code) != 0) {
                    throw place.corrupt("the substitution code " + code + " stands for two bases");
                }
                used |= 1 << code;
                substitutions[base * SUBSTITUTIONS + code] = (byte) BASES.charAt(other);
                shift -= 2;
            }
        }
    }

    private void readTagLines(CramCursor in) {
        tagLines.clear();
        List<Integer> line = new ArrayList<>();
        boolean ended = true;
        while (in.remaining() > 0) {
            int first = in.unsignedByte();
            if (first == 0) {
                tagLines.add(line.stream().mapToInt(Integer::intValue).toArray());
                line.clear();
                ended = true;
                continue;
            }
            line.add(first << 16 | in.unsignedByte() << 8 | in.unsignedByte());
            ended = false;
        }
        if (!ended) {
            tagLines.add(line.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    private void readSeries(CramCursor in) {
        int count = in.count("number of entries");
        for (int i = 0; i < count; i++) {
            String key = key(in);
            switch (key) {
                case "BF", "CF", "RI", "RL", "AP", "RG", "MF", "NS", "NP", "TS", "NF", "TL", "FN", "FP", "DL", "RS" ->
                    ints.put(key, Encoding.ints(in));
                case "PD", "HC", "MQ" -> ints.put(key, Encoding.ints(in));
                case "FC", "BS", "BA", "QS" -> bytes.put(key, Encoding.bytes(in));
                case "RN" -> arrays.put(key, Encoding.arrays(in, false));
                case "IN", "SC", "BB", "QQ" -> arrays.put(key, Encoding.arrays(in, true));
                default -> {
                    // Of version 1 (TC, TN, TM, TV), or unknown: not needed.
                    in.itf8();
                    in.sized("encoding");
                }
            }
        }
        in.requireEnd();
    }

    private void readTags(CramCursor in) {
        int count = in.count("number of entries");
        for (int i = 0; i < count; i++) {
            int key = in.itf8();
            tags.put(key, Encoding.arrays(in, false));
        }
        in.requireEnd();
    }

    private static String key(CramCursor in) {
        return "" + (char) in.unsignedByte() + (char) in.unsignedByte();
    }

    Encoding.OfInts ints(String series) {
        Encoding.OfInts encoding = ints.get(series);
        return encoding != null ? encoding : Encoding.noInts(series, place);
    }

    Encoding.OfBytes bytes(String series) {
        Encoding.OfBytes encoding = bytes.get(series);
        return encoding != null ? encoding : Encoding.noBytes(series, place);
    }

    Encoding.OfArrays arrays(String series) {
        Encoding.OfArrays encoding = arrays.get(series);
        return encoding != null ? encoding : Encoding.noArrays(series, place);
    }

    boolean hasArrays(String series) {
        return arrays.containsKey(series);
    }

    /** @param tag its name and type, a byte each */
    Encoding.OfArrays tag(int tag) {
        Encoding.OfArrays encoding = tags.get(tag);
        if (encoding == null) {
            String name = "" + (char) (tag >> 16 & 0xFF) + (char) (tag >> 8 & 0xFF) + ":" + (char) (tag & 0xFF);
            throw place.corrupt("has no encoding of the tag " + name + ", which a record has");
        }
        return encoding;
    }

    /** Combinations of tags that records have, each tag as its name and type. */
    List<int[]> tagLines() {
        return tagLines;
    }

    /** The base that a substitution code stands for, at {@code 4 * reference base + code}, bases in the order ACGTN. */
    byte[] substitutions() {
        return substitutions;
    }

    /** Whether all read names are stored; else those of pairs that lie in one slice are not. */
    boolean namesIncluded() {
        return namesIncluded;
    }

    boolean positionsAsDeltas() {
        return positionsAsDeltas;
    }

    boolean referenceRequired() {
        return referenceRequired;
    }

    /** Whether scores are stored as the record has them; else those of reverse reads as they were read. */
    boolean scoresInReadOrder() {
        return scoresInReadOrder;
    }
}
