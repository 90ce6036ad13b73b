package dev.bams3.source.cram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bases come from FASTA files and folders as they are stored there, upper case, and wrong indexes are found out. */
class ReferenceSourcesTest {
    private static final String MD5 = "0123456789abcdef0123456789abcdef";
    private static final int LINE = 60;
    private static final int LENGTH = 150_001;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final BgzfInflaters inflaters = new BgzfInflaters(1);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        inflaters.close();
    }

    @Test
    void aFastaIsReadAtAnyPlace() {
        String bases = bases();
        put("a.fa", fasta(bases));
        put("a.fa.fai", index().getBytes(StandardCharsets.US_ASCII));
        compare(bases, "a.fa");
    }

    @Test
    void aFastaThatIsCompressedWithBgzipIsReadAtAnyPlace() {
        String bases = bases();
        byte[] plain = fasta(bases);
        byte[] compressed = Bams.compressed(plain);
        put("a.fa.gz", compressed);
        put("a.fa.gz.fai", index().getBytes(StandardCharsets.US_ASCII));
        put("a.fa.gz.gzi", Bams.bgzipIndex(compressed));
        compare(bases, "a.fa.gz");
    }

    @Test
    void missingAndWrongIndexesAreNamed() {
        put("a.fa", fasta(bases()));
        FastaFile without = new FastaFile(store, new ObjectKey("a.fa"), inflaters);
        assertThatThrownBy(() -> without.find("chr1", Optional.empty()))
                .hasMessageContaining("a.fa")
                .hasMessageContaining("samtools faidx a.fa");
        put("a.fa.fai", "chr1\t10\n".getBytes(StandardCharsets.US_ASCII));
        FastaFile broken = new FastaFile(store, new ObjectKey("a.fa"), inflaters);
        assertThatThrownBy(() -> broken.find("chr1", Optional.empty()))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("a.fa.fai: line 1");
        put("a.fa.fai", ("chr1\t" + LENGTH + "\t6\t50\t51\n").getBytes(StandardCharsets.US_ASCII));
        ReferenceSource.Stored other = new FastaFile(store, new ObjectKey("a.fa"), inflaters)
                .find("chr1", Optional.empty())
                .orElseThrow();
        assertThatThrownBy(() -> other.read(0, 1000)).hasMessageContaining("samtools faidx");
    }

    @Test
    void aFastaThatIsCompressedWithGzipIsRefused() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(fasta(bases()));
        }
        put("a.fa.gz", compressed.toByteArray());
        FastaFile gzipped = new FastaFile(store, new ObjectKey("a.fa.gz"), inflaters);
        assertThatThrownBy(() -> gzipped.find("chr1", Optional.empty()))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("compress it with bgzip");
    }

    @Test
    void anIndexOfImpossibleLinesIsRefusedBeforeTheyAreRead() {
        put("a.fa", fasta(bases()));
        put("a.fa.fai", ("chr1\t" + LENGTH + "\t6\t1\t2147483647\n").getBytes(StandardCharsets.US_ASCII));
        ReferenceSource.Stored huge = new FastaFile(store, new ObjectKey("a.fa"), inflaters)
                .find("chr1", Optional.empty())
                .orElseThrow();
        assertThatThrownBy(() -> huge.read(0, LENGTH))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("samtools faidx");
        put("a.fa.fai", ("chr1\t" + LENGTH + "\t9223372036854775807\t60\t61\n").getBytes(StandardCharsets.US_ASCII));
        FastaFile far = new FastaFile(store, new ObjectKey("a.fa"), inflaters);
        assertThatThrownBy(() -> far.find("chr1", Optional.empty()))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("a.fa.fai: line 1");
    }

    @Test
    void foldersHoldBasesByTheirMd5() throws IOException {
        Path file = Md5Folders.path(folder + "/%2s/%2s/%s", MD5);
        assertThat(file).isEqualTo(folder.resolve("01/23/" + MD5.substring(4)));
        assertThat(Md5Folders.path(folder.toString(), MD5)).isEqualTo(folder.resolve(MD5));
        assertThat(Md5Folders.path(folder + "/%99999999999999999999s", MD5)).isEqualTo(folder.resolve(MD5));
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, "ACGtn");
        Md5Folders folders =
                Md5Folders.of(Map.of("REF_PATH", "https://example.org/%s:" + folder + "/%2s/%2s/%s:" + folder));
        ReferenceSource.Stored found = folders.find("any", Optional.of(MD5)).orElseThrow();
        assertThat(found.length()).isEqualTo(5);
        assertThat(found.read(1, 4)).asString().isEqualTo("CGTN");
        assertThat(folders.find("any", Optional.of("../" + MD5.substring(3)))).isEmpty();
        assertThat(folders.find("any", Optional.empty())).isEmpty();
        assertThat(Md5Folders.of(Map.of()).find("any", Optional.of(MD5))).isEmpty();
    }

    private void compare(String bases, String key) {
        FastaFile file = new FastaFile(store, new ObjectKey(key), inflaters);
        assertThat(file.find("chr2", Optional.empty())).isEmpty();
        ReferenceSource.Stored found = file.find("chr1", Optional.empty()).orElseThrow();
        assertThat(found.length()).isEqualTo(LENGTH);
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            int from = random.nextInt(LENGTH);
            int count = random.nextInt(LENGTH - from);
            assertThat(new String(found.read(from, count), StandardCharsets.US_ASCII))
                    .isEqualTo(bases.substring(from, from + count));
        }
        assertThat(found.read(0, LENGTH)).asString().isEqualTo(bases);
    }

    private void put(String key, byte[] bytes) {
        store.put(new ObjectKey(key), bytes, PutCondition.always());
    }

    private static String bases() {
        Random random = new Random(7);
        StringBuilder bases = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            bases.append("ACGT".charAt(random.nextInt(4)));
        }
        return bases.toString();
    }

    private static byte[] fasta(String bases) {
        StringBuilder text = new StringBuilder(">chr1\n");
        for (int i = 0; i < LENGTH; i += LINE) {
            text.append(bases.substring(i, Math.min(LENGTH, i + LINE)).toLowerCase(java.util.Locale.ROOT))
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String index() {
        return "chr1\t" + LENGTH + "\t6\t" + LINE + "\t" + (LINE + 1) + "\n";
    }
}
