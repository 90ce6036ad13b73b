package dev.bams3.cli;

import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of the program, in the macros of man(7), from what the commands say of themselves. */
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    private ManPage() {}

    /** @param program as {@code bams3-server/1.0.0} */
    static String of(CommandLine line, String program) {
        ManPage made = new ManPage();
        made.whole(line, program);
        return made.page.toString();
    }

    private void whole(CommandLine line, String program) {
        CommandSpec root = line.getCommandSpec();
        macro(".TH BAMS3 1 \"\" \"" + program + "\"");
        macro(".SH NAME");
        text("bams3 - aligned reads straight from object storage");
        macro(".SH SYNOPSIS");
        text("bams3 <command> [options] ...");
        macro(".SH DESCRIPTION");
        text(String.join("\n", root.usageMessage().description()));
        macro(".SH COMMANDS");
        line.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.usageMessage().hidden())
                .forEach(this::command);
        macro(".SH NOTES");
        macro(".nf");
        text(String.join("\n", root.usageMessage().footer()).strip());
        macro(".fi");
    }

    private void command(CommandSpec command) {
        String parameters = command.positionalParameters().stream()
                .map(parameter -> " " + label(parameter))
                .collect(Collectors.joining());
        macro(".SS " + escaped(command.name() + parameters));
        text(String.join("\n", command.usageMessage().description()));
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            entry(parameter.paramLabel(), parameter.description());
        }
        for (OptionSpec option : command.options()) {
            if (!option.hidden()) {
                String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
                entry(String.join(", ", option.names()) + value, option.description());
            }
        }
    }

    private static String label(PositionalParamSpec parameter) {
        return parameter.arity().min() == 0 ? "[" + parameter.paramLabel() + "]" : parameter.paramLabel();
    }

    private void entry(String name, String[] description) {
        macro(".TP");
        macro(".B " + escaped(name));
        text(String.join("\n", description));
    }

    private void macro(String line) {
        page.append(line).append('\n');
    }

    private void text(String lines) {
        Arrays.stream(lines.split("\n", -1))
                .map(ManPage::escaped)
                .map(line -> line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line)
                .forEach(this::macro);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }
}
