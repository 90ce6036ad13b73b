package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A command that was run in this process, from its settings on, as the program does.
 *
 * @param output of both streams
 */
record ProgramRun(int code, String output) {
    static ProgramRun of(String... arguments) {
        return of(Settings.ofProcess(), arguments);
    }

    static ProgramRun of(Settings settings, String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(output, true, StandardCharsets.UTF_8);
        try (CommandParts parts = new CommandParts(settings)) {
            int code = Commands.run(arguments, parts, InputStream.nullInputStream(), print, print, false);
            return new ProgramRun(code, output.toString(StandardCharsets.UTF_8));
        }
    }

    /** Runs a command that must end with a code; returns what it printed. */
    static String expecting(int code, String... arguments) {
        ProgramRun run = of(arguments);
        assertThat(run.code)
                .as("%s: %s", String.join(" ", arguments), run.output)
                .isEqualTo(code);
        return run.output;
    }
}
