package dev.bams3.cli;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The commands and how they end: 0 done, 1 failed, 2 called wrongly, 70 stopped by a defect of this program. */
public final class Commands {
    /** EX_SOFTWARE of sysexits.h. */
    static final int DEFECT = 70;

    private Commands() {}

    /**
     * Runs a command.
     *
     * @param args command line, the command's name first
     * @param environment stays the caller's
     * @param in standard input, for commands that are given {@code -}; stays the caller's
     * @param out gets the results; text in the encoding of {@link System#out}. A reader that goes away is no failure, any
     *     other failure of it is
     * @param err gets progress, and one line for a failure
     * @param terminal whether {@code err} is a terminal
     * @return exit code
     */
    public static int run(
            String[] args,
            CommandEnvironment environment,
            InputStream in,
            OutputStream out,
            PrintStream err,
            boolean terminal) {
        StandardOutput output = new StandardOutput(out);
        PrintStream text = new PrintStream(new BufferedOutputStream(output), false, System.out.charset());
        CommandContext context = new CommandContext(environment, in, output, text, err, terminal);
        Root root = new Root();
        CommandLine line = new CommandLine(root)
                .addSubcommand(new ConvertCommand(context))
                .addSubcommand(new ExportCommand(context))
                .addSubcommand(new VerifyCommand(context))
                .addSubcommand(new SummarizeCommand(context))
                .addSubcommand(new RemoveCommand(context))
                .addSubcommand(new ListCommand(context))
                .addSubcommand(new StatsCommand(context))
                .addSubcommand(new QueryCommand(context))
                .addSubcommand(new CountCommand(context))
                .addSubcommand(new CoverageCommand(context))
                .addSubcommand(new SimulateCommand(context))
                .addSubcommand(new SweepCommand(context))
                .addSubcommand(new LinkCommand(context))
                .addSubcommand(new InstallCommand(context))
                .addSubcommand(new ConvertShardCommand(context))
                .addSubcommand(new Serve())
                .addSubcommand(new CommandLine.HelpCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setExecutionExceptionHandler((failure, command, parsed) ->
                        output.hasFailed() ? CommandLine.ExitCode.OK : report(failure, err, root.debug))
                .setParameterExceptionHandler((mistake, _) -> usage(mistake, err))
                .setOut(new PrintWriter(text, true))
                .setErr(new PrintWriter(err, true));
        line.getCommandSpec().version(environment.program());
        for (CommandLine command : line.getSubcommands().values()) {
            command.getCommandSpec().version(environment.program());
            command.registerConverter(ByteSize.class, ByteSize::parse);
            command.registerConverter(Duration.class, TimeSpan::parse);
        }
        int code = execute(line, args, err);
        text.flush();
        return output.complaint()
                .map(complaint -> {
                    err.println("bams3: " + complaint);
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .orElse(code);
    }

    private static int execute(CommandLine line, String[] args, PrintStream err) {
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            err.println(
                    "bams3: not enough memory (" + e.getMessage() + "): give Java a larger heap, as by java -Xmx4g");
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /** The mistake, what was perhaps meant, and where to read on: three lines at most. */
    private static int usage(CommandLine.ParameterException mistake, PrintStream err) {
        String text = String.valueOf(mistake.getMessage());
        err.println("bams3: " + Character.toLowerCase(text.charAt(0))
                + text.substring(1).replace('\n', ' '));
        CommandLine command = mistake.getCommandLine();
        CommandLine.UnmatchedArgumentException.printSuggestions(mistake, new PrintWriter(err, true));
        String name = command.getCommandSpec().qualifiedName();
        String parameters = command.getCommandSpec().positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .map(parameter -> " "
                        + (parameter.arity().min() == 0 ? "[" + parameter.paramLabel() + "]" : parameter.paramLabel()))
                .collect(Collectors.joining());
        err.println("usage: " + name + (command.getSubcommands().isEmpty() ? "" : " <command>") + " [options]"
                + parameters + "; '" + name + " --help' explains them");
        return CommandLine.ExitCode.USAGE;
    }

    private static int report(Exception failure, PrintStream err, boolean debug) {
        err.println("bams3: " + message(failure));
        if (debug) {
            failure.printStackTrace(err);
        }
        if (isDefect(failure)) {
            return DEFECT;
        }
        boolean wrongCall = failure instanceof ReadsException reads
                && (reads.kind() == ErrorKind.INVALID_INPUT || reads.kind() == ErrorKind.INVALID_RANGE)
                && reads.resource().isEmpty();
        return wrongCall ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** Whether only a defect of this program explains the failure; an {@link IOException} says that a file broke. */
    private static boolean isDefect(Exception failure) {
        return failure instanceof ReadsException reads
                ? reads.kind() == ErrorKind.INTERNAL
                : !(failure instanceof IOException);
    }

    /** Returns one line: what failed, and where it is known, what to do. */
    private static String message(Exception failure) {
        if (failure instanceof IOException io) {
            return words(io);
        }
        ReadsException reads = failure instanceof ReadsException known ? known : ReadsException.defect(failure);
        String text = reads.getMessage().replace('\n', ' ');
        return switch (reads.kind()) {
            case INVALID_INPUT, INVALID_RANGE ->
                reads.field()
                                .filter(field -> reads.resource().isEmpty() && !text.startsWith(field))
                                .map(field -> field + ": ")
                                .orElse("")
                        + text;
            case INTERNAL -> text + " (run again with --debug and report it)";
            case OVERLOADED, UNAVAILABLE -> text + " (the same command may succeed later)";
            default -> text;
        };
    }

    /** A file system's failure has only the file's name for a message. */
    private static String words(IOException failure) {
        String reason = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        String what = switch (failure) {
            case NoSuchFileException _ -> "does not exist";
            case AccessDeniedException _ -> "this process lacks the permission";
            default -> reason == null ? failure.getClass().getSimpleName() : reason;
        };
        return failure instanceof FileSystemException file && file.getFile() != null
                ? file.getFile() + ": " + what
                : what;
    }

    @Command(
            name = "bams3",
            description =
                    "Aligned reads straight from object storage. Without a command, or with 'serve', the service starts.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "A <dataset> is an id below the store of BAMS3_STORE (default file:./data), or",
                "its own folder: /data/a.bams3, ./a.bams3, file:/data/a.bams3, s3://b/a.bams3.",
                "A file that is named - is standard input or standard output.",
                "Exit codes: 0 done, 1 failed, 2 called wrongly, 70 a defect of this program."
            })
    private static final class Root implements Runnable {
        @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show where a failure came from.")
        private boolean debug;

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public void run() {
            throw new CommandLine.ParameterException(spec.commandLine(), "name a command");
        }
    }

    /** Listed here, run by the composition root, which sees {@code serve} before any command does. */
    @Command(
            name = "serve",
            mixinStandardHelpOptions = true,
            customSynopsis = "bams3 [serve] [--<setting>=<value>...]",
            description = "Starts the service, as no command does.",
            footer = {
                "",
                "A setting is an option or an environment variable: --bams3.store is BAMS3_STORE.",
                "  BAMS3_STORE                   file:/folder, s3://bucket/prefix; default: file:./data",
                "  BAMS3_ACCESS_PUBLIC_DATASETS  ids that anybody may read, such as '**'",
                "  SERVER_PORT                   default: 8080",
                "docs/operations.md has them all."
            })
    private static final class Serve implements Runnable {
        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public void run() {
            throw new CommandLine.ParameterException(spec.commandLine(), "'serve' comes first, before any option");
        }
    }
}
