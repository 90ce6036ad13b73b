package dev.bams3.source;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.SamHeader;
import htsjdk.samtools.BAMRecordCodec;
import htsjdk.samtools.SAMException;
import htsjdk.samtools.SAMFileHeader;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SAMRecordIterator;
import htsjdk.samtools.SAMSequenceRecord;
import htsjdk.samtools.SAMTextHeaderCodec;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The records of a CRAM as BAM bytes, by way of htsjdk; one core. */
final class HtsjdkRecords implements RecordSource {
    private final SourceRanges ranges;
    private final SamReader reader;
    private final SAMRecordIterator iterator;
    private final SamHeader header;
    private final String resource;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BAMRecordCodec codec;
    private byte[] record = new byte[0];
    private long records;

    private HtsjdkRecords(SourceRanges ranges, SamReader reader, String resource) {
        this.ranges = ranges;
        this.reader = reader;
        this.resource = resource;
        SAMFileHeader read = reader.getFileHeader();
        header = new SamHeader(text(read), dictionary(read));
        codec = new BAMRecordCodec(read);
        codec.setOutputStream(bytes);
        iterator = reader.iterator();
    }

    static HtsjdkRecords open(SourceRanges ranges, Optional<Path> reference, String resource) {
        try {
            SamReaderFactory factory = SamReaderFactory.make().validationStringency(ValidationStringency.SILENT);
            reference.ifPresent(factory::referenceSequence);
            InputStream in = new RangeStream(ranges);
            return new HtsjdkRecords(ranges, factory.open(SamInputResource.of(in)), resource);
        } catch (SAMException | IllegalArgumentException | IllegalStateException e) {
            throw invalid(resource, "header", e);
        }
    }

    private static byte[] text(SAMFileHeader header) {
        StringWriter text = new StringWriter();
        new SAMTextHeaderCodec().encode(text, header);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ReferenceDictionary dictionary(SAMFileHeader header) {
        List<Reference> references = new ArrayList<>();
        for (SAMSequenceRecord sequence : header.getSequenceDictionary().getSequences()) {
            references.add(new Reference(sequence.getSequenceName(), sequence.getSequenceLength()));
        }
        return new ReferenceDictionary(references);
    }

    @Override
    public SamHeader header() {
        return header;
    }

    @Override
    public boolean next() {
        try {
            if (!iterator.hasNext()) {
                return false;
            }
            SAMRecord next = iterator.next();
            bytes.reset();
            codec.encode(next);
        } catch (SAMException | IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
            throw broken(e);
        }
        record = bytes.toByteArray();
        records++;
        @Nullable String problem = BamRecordCheck.problem(record, 0, record.length);
        if (problem == null) {
            problem = BamRecordCheck.placementProblem(record, 0, header.references());
        }
        if (problem != null) {
            throw broken(records, problem, null);
        }
        return true;
    }

    private ReadsException broken(RuntimeException cause) {
        if (cause.getCause() instanceof ReadsException || needsReference(cause)) {
            return invalid(resource, "record " + (records + 1), cause);
        }
        return broken(records + 1, "cannot be read: " + cause.getMessage(), cause);
    }

    /** htsjdk reads ahead, so of the place in the source no more is known than that it was read. */
    private ReadsException broken(long record, String problem, @Nullable Exception cause) {
        String message = "record " + record + ", which begins before this byte: " + problem;
        return cause == null
                ? ReadsException.corrupt(resource, ranges.position(), "source", message)
                : ReadsException.corrupt(resource, ranges.position(), "source", message, cause);
    }

    private static boolean needsReference(Exception cause) {
        return String.valueOf(cause.getMessage()).contains("reference");
    }

    private static ReadsException invalid(String resource, String place, Exception cause) {
        if (cause.getCause() instanceof ReadsException storage) {
            return storage;
        }
        String message = place + " cannot be read: " + cause.getMessage();
        if (needsReference(cause)) {
            message += " (a CRAM needs its references: --reference genome.fa, over HTTP options.reference)";
        }
        return ReadsException.of(ErrorKind.INVALID_INPUT, message, cause).in(resource);
    }

    @Override
    public byte[] buffer() {
        return record;
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return record.length;
    }

    @Override
    public void close() {
        try {
            iterator.close();
            reader.close();
        } catch (IOException e) {
            throw invalid(resource, "file", e);
        }
    }

    /** The source's bytes as htsjdk wants them. */
    private static final class RangeStream extends InputStream {
        private final SourceRanges ranges;
        private byte[] range = new byte[0];
        private int at;

        RangeStream(SourceRanges ranges) {
            this.ranges = ranges;
        }

        @Override
        public int read() {
            return fill() ? range[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, range.length - at);
            System.arraycopy(range, at, target, offset, count);
            at += count;
            return count;
        }

        private boolean fill() {
            if (at == range.length) {
                range = ranges.next();
                at = 0;
            }
            return range.length > 0;
        }
    }
}
