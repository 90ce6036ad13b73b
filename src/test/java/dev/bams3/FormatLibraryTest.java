package dev.bams3;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Tool;
import dev.bams3.format.BlockSizing;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.json.JsonFactory;

/** The reader of `docs/library.md`, compiled and run against the jar of the format and its two libraries alone. */
class FormatLibraryTest {
    private static final Path JAR = Path.of("target", "bams3-format-1.0.0.jar").toAbsolutePath();
    private static final long SEED = 20261128;
    private static final int START = 1_000_000;
    private static final int END = 1_100_000;

    @TempDir
    private Path folder;

    @Test
    void theReaderOfTheDocumentationFindsTheReadsOfARegion() throws IOException {
        assertThat(JAR).as("made by ./mvnw process-classes").exists();
        SamHeader header = RandomRecords.header();
        List<byte[]> records = new RandomRecords(SEED).sortedList(5_000);
        try (FolderObjectStore store = new FolderObjectStore(new StoreUri.Folder(folder.resolve("data")))) {
            TestDatasets.write(store, "x.bams3", header, records, BlockSizing.DEFAULT);
        }
        Path source = Files.writeString(folder.resolve("Reads.java"), documented());
        String classPath = Stream.of(JAR, jar(Zstd.class), jar(JsonFactory.class))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Tool.Result result = Tool.run(
                folder,
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                source.toString(),
                folder.resolve("data/x.bams3").toString(),
                header.references().get(0).name(),
                String.valueOf(START),
                String.valueOf(END));

        assertThat(result.errors()).isEmpty();
        assertThat(result.exit()).isZero();
        assertThat(result.lines()).isNotEmpty().isEqualTo(expected(records));
    }

    private static List<String> expected(List<byte[]> records) {
        List<String> lines = new ArrayList<>();
        for (byte[] record : records) {
            int start = BamRecord.start(record, 0);
            if (BamRecord.referenceIndex(record, 0) == 0 && start < END && BamRecord.alignmentEnd(record, 0) > START) {
                String name = new String(
                        record,
                        BamRecord.nameOffset(0),
                        BamRecord.nameLength(record, 0) - 1,
                        StandardCharsets.ISO_8859_1);
                lines.add(name + "\t" + start);
            }
        }
        return lines;
    }

    private static String documented() throws IOException {
        Matcher block =
                Pattern.compile("(?ms)^```java\n(.*?)^```$").matcher(Files.readString(Path.of("docs/library.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static Path jar(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    @Test
    void theJarHasTheFormatAloneAndSaysWhatItNeeds() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> names = jar.stream().map(entry -> entry.getName()).toList();
            assertThat(names)
                    .contains("META-INF/LICENSE", "dev/bams3/format/block/BlockDecoder.class")
                    .filteredOn(name -> name.endsWith(".class"))
                    .allMatch(name -> name.matches("dev/bams3/(error|genome|sam|bgzf|bam|format)/.*"));
            byte[] pom = jar.getInputStream(jar.getEntry("META-INF/maven/dev.bams3/bams3-format/pom.xml"))
                    .readAllBytes();
            assertThat(new String(pom, StandardCharsets.UTF_8))
                    .contains("zstd-jni", "jackson-core")
                    .doesNotContain("@");
        }
    }
}
