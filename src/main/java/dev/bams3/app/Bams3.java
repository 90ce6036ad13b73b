package dev.bams3.app;

import dev.bams3.cli.Commands;
import dev.bams3.error.ReadsException;
import dev.bams3.temporary.TemporaryFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;

/** The program: the service by default, a command where one is named. */
public final class Bams3 {
    private static final List<String> HELP = List.of("--help", "-h");

    private Bams3() {}

    public static void main(String[] args) {
        List<String> arguments = List.of(args);
        if (arguments.isEmpty() || isSetting(arguments.getFirst())) {
            serve(context -> {}, args);
        } else if (arguments.getFirst().equals("serve") && Collections.disjoint(arguments, HELP)) {
            serve(context -> {}, Arrays.copyOfRange(args, 1, args.length));
        } else {
            System.exit(command(args));
        }
    }

    /** {@code --bams3.store=...} and the like; {@code --help} is for the commands. */
    private static boolean isSetting(String argument) {
        return argument.startsWith("--") && argument.contains("=");
    }

    private static int command(String[] args) {
        // Before the first logger is made.
        CommandLog.use();
        boolean terminal = System.console() != null && System.console().isTerminal();
        // A command that is stopped by Ctrl-C leaves nothing for the next one to remove.
        Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFolder::closeAll, "temporary folders"));
        try (CommandParts parts = CommandParts.ofProcess()) {
            TemporaryFolders.useForLibraries();
            // Not System.out, which would keep why it cannot be written to itself.
            return Commands.run(args, parts, System.in, new FileOutputStream(FileDescriptor.out), System.err, terminal);
        } catch (ReadsException e) {
            System.err.println("bams3: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
    }

    /**
     * Starts the service; it listens when this returns.
     *
     * @param change made to the context before anything is in it; for tests
     */
    static ConfigurableApplicationContext serve(
            ApplicationContextInitializer<ConfigurableApplicationContext> change, String... args) {
        SpringApplication application = new SpringApplication(ServerConfiguration.class);
        application.addInitializers(
                context -> TemporaryFolders.useForLibraries(), new UnknownSettings(), new FreePorts(), change);
        return application.run(args);
    }
}
