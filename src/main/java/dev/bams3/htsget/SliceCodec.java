package dev.bams3.htsget;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * The payload of a slice token: deflated, positions as differences to the region before, so that a panel of some thousand
 * regions fits into an address. Only this service reads it, and only after its signature was found right.
 */
final class SliceCodec {
    private static final int VERSION = 4;
    private static final int VERSION_OF_COHORTS = 5;
    private static final int EVERYTHING = 0;
    private static final int REGIONS = 1;
    private static final int REGIONS_AND_UNPLACED = 2;

    private SliceCodec() {}

    record Decoded(SignedSlice slice, Instant expiry) {}

    static byte[] encode(SignedSlice slice, Instant expiry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater))) {
            out.writeByte(slice.members().isEmpty() ? VERSION : VERSION_OF_COHORTS);
            writeNumber(out, expiry.getEpochSecond());
            out.writeUTF(slice.variant());
            write(out, slice);
            if (!slice.members().isEmpty()) {
                ViewCodec.writeTexts(out, slice.members());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    /** Encodes the identity of a slice, without dataset, expiry and variant; equal slices have equal bytes. */
    static byte[] plain(SignedSlice slice) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            write(out, slice);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, SignedSlice slice) throws IOException {
        out.writeUTF(slice.generation());
        writeNumber(out, slice.firstBlock());
        writeNumber(out, slice.blocks());
        out.writeBoolean(slice.end());
        out.writeByte(slice.level());
        writeSelection(out, slice.selection());
        ViewCodec.write(out, slice.view());
    }

    static Decoded decode(String dataset, byte[] payload) {
        Inflater inflater = new Inflater(true);
        try (DataInputStream in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(payload), inflater))) {
            int version = in.readUnsignedByte();
            if (version != VERSION && version != VERSION_OF_COHORTS) {
                throw ReadsException.of(ErrorKind.DENIED, "slice: of another release; ask for a new ticket");
            }
            Instant expiry = Instant.ofEpochSecond(readNumber(in));
            String variant = in.readUTF();
            String generation = in.readUTF();
            int firstBlock = Math.toIntExact(readNumber(in));
            int blocks = Math.toIntExact(readNumber(in));
            boolean end = in.readBoolean();
            int level = in.readUnsignedByte();
            ReadSelection selection = readSelection(in);
            RecordView view = ViewCodec.read(in);
            List<String> members = version == VERSION ? List.of() : ViewCodec.readTexts(in);
            return new Decoded(
                    new SignedSlice(
                            dataset, members, generation, selection, view, firstBlock, blocks, end, level, variant),
                    expiry);
        } catch (IOException e) {
            throw new UncheckedIOException("a payload of a right signature that cannot be read", e);
        } finally {
            inflater.end();
        }
    }

    private static void writeSelection(DataOutputStream out, ReadSelection selection) throws IOException {
        switch (selection) {
            case ReadSelection.Everything() -> out.writeByte(EVERYTHING);
            case ReadSelection.Regions(List<Region> regions, boolean unplaced) -> {
                out.writeByte(unplaced ? REGIONS_AND_UNPLACED : REGIONS);
                writeRegions(out, regions);
            }
        }
    }

    private static ReadSelection readSelection(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return kind == EVERYTHING
                ? ReadSelection.everything()
                : new ReadSelection.Regions(readRegions(in), kind == REGIONS_AND_UNPLACED);
    }

    private static void writeRegions(DataOutputStream out, List<Region> regions) throws IOException {
        Map<String, Integer> names = new LinkedHashMap<>();
        regions.forEach(region -> names.putIfAbsent(region.referenceName(), names.size()));
        writeNumber(out, names.size());
        for (String name : names.keySet()) {
            out.writeUTF(name);
        }
        writeNumber(out, regions.size());
        long previous = 0;
        for (Region region : regions) {
            writeNumber(out, names.getOrDefault(region.referenceName(), 0));
            writeSigned(out, region.start() - previous);
            // 0 is "to the end of the reference"; lengths follow from 1.
            writeNumber(out, region.end().isEmpty() ? 0 : region.end().getAsLong() - region.start() + 1);
            previous = region.end().orElse(region.start());
        }
    }

    private static List<Region> readRegions(DataInputStream in) throws IOException {
        int nameCount = Math.toIntExact(readNumber(in));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < nameCount; i++) {
            names.add(in.readUTF());
        }
        int count = Math.toIntExact(readNumber(in));
        List<Region> regions = new ArrayList<>();
        long previous = 0;
        for (int i = 0; i < count; i++) {
            String name = names.get(Math.toIntExact(readNumber(in)));
            long start = previous + readSigned(in);
            long length = readNumber(in);
            OptionalLong end = length == 0 ? OptionalLong.empty() : OptionalLong.of(start + length - 1);
            regions.add(new Region(name, start, end));
            previous = end.orElse(start);
        }
        return regions;
    }

    /** Seven bits a byte, the lowest first; the top bit says that more follow. */
    static void writeNumber(DataOutputStream out, long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readNumber(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new IOException("a number of more than 64 bits");
    }

    static void writeSigned(DataOutputStream out, long value) throws IOException {
        writeNumber(out, value << 1 ^ value >> 63);
    }

    static long readSigned(DataInputStream in) throws IOException {
        long folded = readNumber(in);
        return folded >>> 1 ^ -(folded & 1);
    }
}
