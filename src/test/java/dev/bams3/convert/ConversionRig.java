package dev.bams3.convert;

import dev.bams3.bam.BamHeader;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.export.Exporter;
import dev.bams3.export.Verifier;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** Pools, two stores and the steps that the tests of this package share. */
public final class ConversionRig implements AutoCloseable {
    static final String PROGRAM = "bams3-server/test";
    public static final String DATASET = "a/sample.bams3";

    public final ExecutorService cpu = Executors.newFixedThreadPool(3);
    public final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    final MemoryObjectStore sources = new MemoryObjectStore();
    public final MemoryObjectStore datasets = new MemoryObjectStore();

    public Converter converter() {
        return new Converter(PROGRAM, cpu, waiting);
    }

    public SourceObject source(byte[] file) {
        ObjectKey key = new ObjectKey("source.bam");
        sources.put(key, file, PutCondition.always());
        return SourceObject.open(sources, key);
    }

    public DatasetMetadata convert(byte[] file, ConversionOptions options) {
        return convert(file, datasets, options);
    }

    public DatasetMetadata convert(byte[] file, ObjectStore store, ConversionOptions options) {
        return converter().convert(source(file), new DatasetLocation(store, DATASET), options, Progress.Listener.NONE);
    }

    /** What is published now, without a cache. */
    public OpenDataset open() {
        return new Datasets(datasets, DatasetCacheSettings.DEFAULT).open(new DatasetLocation(datasets, DATASET));
    }

    public byte[] export() {
        ObjectKey key = new ObjectKey("exported.bam");
        try (ObjectUpload upload = sources.upload(key)) {
            new Exporter(cpu, waiting).export(open(), upload::write, 1, Progress.Listener.NONE);
            upload.complete();
        }
        return sources.get(key, Integer.MAX_VALUE).body();
    }

    public Verifier.Report verify() {
        return new Verifier(cpu, waiting).verify(open(), Progress.Listener.NONE);
    }

    public List<String> keys() {
        return datasets.list("", "", 1000).stream()
                .map(ObjectInfo::key)
                .map(ObjectKey::value)
                .toList();
    }

    public static byte[] bam(SamHeader header, List<byte[]> records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(BamHeader.encode(header));
        records.forEach(bytes::writeBytes);
        return bgzf(bytes.toByteArray());
    }

    public static byte[] bgzf(byte[] inflated) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1);
                BgzfOutputStream out = new BgzfOutputStream(file, deflaters)) {
            out.write(inflated);
            out.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** By the JDK, which takes a BGZF file for a gzip file of many members. */
    static byte[] inflated(byte[] bgzf) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bgzf))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cpu.shutdownNow();
        waiting.shutdownNow();
    }
}
