package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code java -jar} does under a Java that is too old, where the machine has one. */
class LauncherTest {
    private static final Path SOURCE = Path.of("src/main/launcher/java/dev/bams3/launcher/Launcher.java");

    @TempDir
    private Path folder = Path.of("set by JUnit");

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void theNewerJavaGetsTheCommandLineAndItsExitCodeIsKept() throws Exception {
        compile();
        Path old = oldJava();
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"26.0.1\"\n");
        Files.writeString(java, "#!/bin/sh\necho \"$@\"\nexit 7\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        Process process = start(old, Map.of("JAVA_HOME", folder.resolve("jdk").toString()), "convert", "a b", "c");
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("-Xmx33m -jar " + folder.resolve("classes") + " convert a b c\n");
        assertThat(process.waitFor()).isEqualTo(7);
    }

    private static Path oldJava() throws IOException {
        Path machines = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(machines)) {
            try (Stream<Path> homes = Files.list(machines)) {
                Optional<Path> found = homes.filter(LauncherTest::isOld)
                        .map(home -> home.resolve("bin/java"))
                        .filter(Files::isExecutable)
                        .findFirst();
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        return abort("no Java before 25 is installed in " + machines);
    }

    private static boolean isOld(Path home) {
        try {
            return Files.readString(home.resolve("release"))
                    .matches("(?s).*JAVA_VERSION=\"(1[0-9]|2[0-4]|8|9|1\\.8)[.\"].*");
        } catch (IOException e) {
            return false;
        }
    }

    private void compile() throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "8",
                        "-Xlint:-options",
                        "-d",
                        classes.toString(),
                        SOURCE.toString());
        assertThat(code).isZero();
    }

    private Process start(Path java, Map<String, String> environment, String... args) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                java.toString(), "-Xmx33m", "-cp", folder.resolve("classes").toString(), "dev.bams3.launcher.Launcher");
        builder.command().addAll(List.of(args));
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true).start();
    }
}
