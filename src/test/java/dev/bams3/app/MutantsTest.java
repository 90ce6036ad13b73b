package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.Seed;
import dev.bams3.source.CramMutants;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datasets and sources that are wrong in ways that no checksum shows, read in a process of 512 MB that ends when memory does: none
 * ends it, and none is answered as a defect of ours. 300 datasets and 60 sources; the environment variable {@code
 * BAMS3_TEST_MUTANTS} says how many datasets, with a fifth of it of sources, and as many CRAMs where htslib is installed.
 */
class MutantsTest {
    @TempDir
    private Path folder;

    @Test
    @Timeout(600)
    void everyMutantIsReadOrRefused() throws Exception {
        int datasets = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_MUTANTS", "300"));
        long seed = Seed.draw();
        Path log = folder.resolve("child.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MutantReader.class.getName(),
                "" + seed,
                "" + datasets,
                "" + datasets / 5));
        if (Htslib.isInstalled()) {
            CramMutants.write(seed, folder);
            command.add(folder.toString());
        }
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(child.waitFor(590, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.exitValue())
                .as("seed %d: %s", seed, Files.readString(log))
                .isZero();
        System.out.println(Files.readString(log));
    }
}
