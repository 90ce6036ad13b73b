package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.Seed;
import dev.bams3.source.CramMutants;
import java.io.IOException;
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
        int half = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_MUTANTS", "300")) / 2;
        long seed = Seed.draw();
        if (Htslib.isInstalled()) {
            CramMutants.write(seed, folder);
        }
        // Two processes, because reading one mutant after the other leaves a core without work.
        Child first = start("first", seed, half);
        Child second = start("second", seed + half, half);
        try {
            first.check();
            second.check();
        } finally {
            first.process.destroyForcibly();
            second.process.destroyForcibly();
        }
    }

    private Child start(String name, long seed, int datasets) throws IOException {
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
            command.add(folder.toString());
        }
        Path log = folder.resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Child(process, log, seed);
    }

    private record Child(Process process, Path log, long seed) {
        void check() throws IOException, InterruptedException {
            assertThat(process.waitFor(590, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue())
                    .as("seed %d: %s", seed, Files.readString(log))
                    .isZero();
            System.out.println(Files.readString(log));
        }
    }
}
