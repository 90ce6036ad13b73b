package dev.bams3.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Jvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A command that is told to stop (SIGINT, SIGTERM) clears its line of progress and says what it leaves. */
class StoppedCommandTest {
    @TempDir
    private Path folder;

    static final class Work {
        static void main(String[] arguments) throws InterruptedException {
            long[] now = {0};
            ProgressDisplay display =
                    new ProgressDisplay(System.err, true, () -> now[0] += 1_000_000_000, arguments[0]);
            display.show("working", 0.5, 10, 1_000);
            System.err.println();
            System.err.println("begun");
            Thread.currentThread().join();
        }
    }

    @Test
    @Timeout(60)
    void saysWhatIsLeft() throws Exception {
        try (Jvm work = Jvm.start(folder, Work.class, "x.bam is not written")) {
            work.line("begun");
            work.process().toHandle().destroy();
            // The carriage return that ends the cleared line, as the reader of lines sees it.
            assertThat(work.line("bams3: stopped")).isEqualTo("bams3: stopped; x.bam is not written");
        }
    }
}
