package dev.bams3.web;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs a program of the machine; a test that needs one is skipped where it is missing. */
final class Tool {
    private Tool() {}

    record Result(int exit, String output, String errors) {
        List<String> lines() {
            return output.lines().toList();
        }
    }

    static Result run(Path folder, String program, String... arguments) throws IOException {
        assumeTrue(isOnPath(program), program + " is not installed");
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        String[] command = new String[arguments.length + 1];
        command[0] = program;
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            int exit = process.waitFor();
            return new Result(
                    exit,
                    Files.readString(output, StandardCharsets.ISO_8859_1),
                    Files.readString(errors, StandardCharsets.ISO_8859_1));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError(e);
        }
    }

    private static boolean isOnPath(String program) {
        for (String folder : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
