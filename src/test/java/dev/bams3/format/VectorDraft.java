package dev.bams3.format;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.RecordSource;
import dev.bams3.source.SourceFile;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceObject;
import dev.bams3.source.SourceOptions;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A vector while it is made. */
final class VectorDraft {
    private static final String GENERATION = "20261122T000000Z-";

    private final String name;
    private final String about;
    private final UUID uuid;
    private SamHeader header = new SamHeader(new byte[0], ReferenceDictionary.EMPTY);
    private List<byte[]> source = List.of();
    private final List<byte[]> records = new ArrayList<>();
    private boolean isSam = true;
    private int pageBlocks;
    private List<Integer> depthWidths = List.of();
    private final List<Integer> numbers = new ArrayList<>();
    private final List<List<EncodedBlock>> chunks = new ArrayList<>();

    VectorDraft(String name, String about) {
        this.name = name;
        this.about = about;
        uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.US_ASCII));
    }

    VectorDraft header(String text) {
        List<Reference> references = text.lines()
                .filter(line -> line.startsWith("@SQ"))
                .map(line -> line.split("\t|:"))
                .map(fields -> new Reference(fields[2], Integer.parseInt(fields[4])))
                .toList();
        return header(new SamHeader(text.getBytes(StandardCharsets.UTF_8), new ReferenceDictionary(references)));
    }

    VectorDraft header(SamHeader newHeader) {
        header = newHeader;
        return this;
    }

    /** Header and records that chunks are made of, as SAM text. */
    VectorDraft sam(String headerText, String lines) {
        ObjectKey key = new ObjectKey("in.sam");
        MemoryObjectStore store = new MemoryObjectStore();
        store.put(key, (headerText + lines).getBytes(StandardCharsets.UTF_8), PutCondition.always());
        List<byte[]> read = new ArrayList<>();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2);
                ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
                BgzfInflaters inflaters = new BgzfInflaters(2)) {
            SourceHead head =
                    SourceHead.read(SourceObject.open(store, key), SourceOptions.DEFAULT, inflaters, cpu, waiting);
            header = head.header();
            try (SourceFile file = SourceFile.open(head, inflaters, cpu, waiting)) {
                RecordSource in = file.records();
                while (in.next()) {
                    read.add(Arrays.copyOfRange(in.buffer(), in.offset(), in.offset() + in.length()));
                }
            }
        }
        source = read;
        return this;
    }

    VectorDraft withoutSam() {
        isSam = false;
        return this;
    }

    VectorDraft withoutInlineSections(int newPageBlocks) {
        pageBlocks = newPageBlocks;
        return this;
    }

    VectorDraft withDepth(Integer... widths) {
        depthWidths = List.of(widths);
        return this;
    }

    /** Encodes the next block. */
    EncodedBlock block(List<byte[]> some) {
        records.addAll(some);
        return Vectors.encoded(RandomRecords.concatenated(some));
    }

    @SafeVarargs
    final VectorDraft chunk(int number, List<byte[]>... blocks) {
        return blocks(number, Arrays.stream(blocks).map(this::block).toList());
    }

    /** A chunk of one block, of these records of the source. */
    VectorDraft chunk(int number, int from, int to) {
        return blocks(number, List.of(block(source.subList(from, to))));
    }

    VectorDraft blocks(int number, List<EncodedBlock> blocks) {
        numbers.add(number);
        chunks.add(blocks);
        return this;
    }

    Vectors.Vector vector() {
        DatasetWriter out =
                new DatasetWriter(header, uuid, GENERATION + uuid.toString().substring(0, 8));
        if (pageBlocks > 0) {
            out.withoutInlineSections(pageBlocks);
        }
        for (int i = 0; i < chunks.size(); i++) {
            out.chunk(numbers.get(i), chunks.get(i));
        }
        if (!depthWidths.isEmpty()) {
            out.withDepth(depthWidths, RandomRecords.concatenated(records));
        }
        return new Vectors.Vector(name, about, header, List.copyOf(records), isSam, out.finish());
    }
}
