package dev.bams3.cli;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.temporary.TemporaryFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = {
            "Installs the program as the command 'bams3', with completion for bash and zsh and a manual page.",
            "An archive of loaded classes lets it start several times as fast as by java -jar."
        })
@SuppressWarnings("NullAway.Init")
final class InstallCommand implements Callable<Integer> {
    private static final String SCRIPT = "bams3.sh";
    private static final String ARCHIVE = "bams3.aot";

    private final CommandContext context;

    @CommandLine.Spec
    private CommandSpec spec;

    @Option(
            names = "--prefix",
            paramLabel = "<folder>",
            defaultValue = "${sys:user.home}/.local",
            description = "Folder that gets bin, lib and share; default: ${DEFAULT-VALUE}.")
    private Path prefix;

    @Option(names = "--train", hidden = true, description = "Run the commands that the archive is made from.")
    private boolean train;

    InstallCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (train) {
            train();
            return 0;
        }
        Path jar = jar();
        Path root = prefix.toAbsolutePath().normalize();
        Path lib = root.resolve("lib/bams3");
        try {
            Files.createDirectories(root.resolve("lib"));
        } catch (IOException e) {
            throw ReadsException.of(
                            ErrorKind.DENIED, "cannot be written to; name another folder by --prefix=/folder", e)
                    .in(root.toString());
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        remove(lib);
        run(List.of(
                java.toString(),
                "-Djarmode=tools",
                "-jar",
                jar.toString(),
                "extract",
                "--destination",
                lib.toString()));
        context.err().println("bams3: making the archive of classes, about 20 s");
        run(List.of(
                java.toString(),
                "-XX:AOTCacheOutput=" + lib.resolve(ARCHIVE),
                "-jar",
                lib.resolve(jar.getFileName()).toString(),
                "install",
                "--train"));
        Path script = write("bin/bams3", script(java, lib, jar.getFileName().toString()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        CommandLine line = spec.parent().commandLine();
        Path completion = write("share/bash-completion/completions/bams3", AutoComplete.bash("bams3", line));
        write(
                "share/zsh/site-functions/_bams3",
                "#compdef bams3\nautoload -U +X bashcompinit && bashcompinit\nsource '" + completion + "'\n");
        write("share/man/man1/bams3.1", ManPage.of(line, context.environment().program()));
        context.out().println("installed " + script);
        Path bin = root.resolve("bin");
        if (!isOnPath(bin)) {
            context.out().println("add it to the path: export PATH=\"" + bin + ":$PATH\"");
        }
        return 0;
    }

    /** The jar that this program was started from. */
    private static Path jar() {
        String path = System.getProperty("java.class.path");
        Path jar = Path.of(path);
        if (!path.endsWith(".jar") || !Files.isRegularFile(jar) || Files.isDirectory(jar.resolveSibling("lib"))) {
            throw ReadsException.invalidInput(
                    "install", "is a command of the whole jar: java -jar bams3-server-1.0.0.jar install");
        }
        return jar.toAbsolutePath();
    }

    private static boolean isOnPath(Path folder) {
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":"))
                .anyMatch(entry -> entry.equals(folder.toString()));
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Path write(String name, String text) throws IOException {
        Path file = prefix.toAbsolutePath().normalize().resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private String script(Path java, Path lib, String jar) throws IOException {
        try (InputStream in = Objects.requireNonNull(InstallCommand.class.getResourceAsStream(SCRIPT))) {
            String program = context.environment().program();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@JAVA@", java.toString())
                    .replace("@LIB@", lib.toString())
                    .replace("@JAR@", jar)
                    .replace("@VERSION@", program.substring(program.indexOf('/') + 1));
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException(String.join(" ", command) + " failed (" + code + "): " + said.strip());
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("was interrupted", e);
        }
    }

    /** What users do, small: each class that it loads will be in the archive, with what the compiler learns of it. */
    private void train() throws IOException {
        Path folder = TemporaryFolder.ofProcess().resolve("train");
        Files.createDirectories(folder);
        String bam = folder.resolve("t.bam").toString();
        String dataset = "file:" + folder.resolve("t.bams3");
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("--version"));
        lines.add(List.of("simulate", bam));
        lines.add(List.of("convert", bam, dataset));
        lines.add(List.of("verify", dataset));
        lines.add(List.of("list", "file:" + folder, "-l"));
        lines.add(List.of("stats", dataset));
        lines.add(List.of("query", dataset, "chr1:1000-2000"));
        lines.add(List.of("query", dataset, "chr2", "-b"));
        lines.add(List.of("query", dataset, "-o", folder.resolve("t.sam").toString()));
        lines.add(List.of("convert", folder.resolve("t.sam").toString(), "file:" + folder.resolve("s.bams3")));
        lines.add(List.of("count", dataset, "chr1:1000-2000"));
        lines.add(List.of("coverage", dataset, "chr1"));
        lines.add(List.of("export", dataset, folder.resolve("u.bam").toString()));
        for (List<String> line : lines) {
            int code = Commands.run(
                    line.toArray(String[]::new),
                    context.environment(),
                    InputStream.nullInputStream(),
                    OutputStream.nullOutputStream(),
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                    false);
            if (code != 0) {
                throw new IOException(String.join(" ", line) + " ended with " + code);
            }
        }
    }
}
