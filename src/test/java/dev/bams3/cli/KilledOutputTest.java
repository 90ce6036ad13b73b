package dev.bams3.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it writes a file: the next one that writes into the folder removes what it left. */
class KilledOutputTest {
    @TempDir
    private Path folder;

    static final class Writer {
        static void main(String[] arguments) throws IOException, InterruptedException {
            OutputFile file = OutputFile.open(Path.of(arguments[0]));
            file.write(new byte[1000]);
            System.out.println("begun");
            Thread.currentThread().join();
        }
    }

    @Test
    @Timeout(60)
    void itsPartIsRemovedOnceItIsDead() throws Exception {
        try (Jvm writer =
                Jvm.start(folder, Writer.class, folder.resolve("killed").toString())) {
            writer.line("begun");
            writeBeside();
            assertThat(files()).hasSize(2).anyMatch(name -> name.endsWith(".part"));
            writer.kill();
        }
        writeBeside();
        assertThat(files()).containsExactly("whole");
    }

    private void writeBeside() {
        try (OutputFile file = OutputFile.open(folder.resolve("whole"))) {
            file.write(1);
            file.complete();
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith("hsperfdata"))
                    .toList();
        }
    }
}
