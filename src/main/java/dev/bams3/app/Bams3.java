package dev.bams3.app;

import dev.bams3.cli.Commands;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** The program: the service by default, a command where one is named. */
public final class Bams3 {
    private Bams3() {}

    public static void main(String[] args) {
        boolean named = args.length > 0 && !args[0].equals("serve");
        if (named && (!args[0].startsWith("--") || Commands.NAMES.contains(args[0]))) {
            System.exit(command(args));
        }
        serve(
                context -> {},
                args.length > 0 && args[0].equals("serve") ? Arrays.copyOfRange(args, 1, args.length) : args);
    }

    /** Runs a command. Nothing is logged: results go to standard output, what a user should know to standard error. */
    private static int command(String[] args) {
        // Until a logging system is initialized, it drops everything; so it stays here.
        LoggingSystem.get(Bams3.class.getClassLoader()).beforeInitialize();
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        try (CommandLineEnvironment environment = new CommandLineEnvironment()) {
            return Commands.run(args, environment, out, System.err, terminal);
        } finally {
            out.flush();
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
        application.addInitializers(new UnknownSettings(), change);
        return application.run(args);
    }
}
