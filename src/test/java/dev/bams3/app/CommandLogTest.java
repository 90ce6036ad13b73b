package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The log of commands: what it takes, where it goes, and that the service's is left alone. */
class CommandLogTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void takesWarningsToStandardError() {
        CommandLog.write(context);

        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        assertThat(root.getLevel()).isEqualTo(Level.WARN);
        ConsoleAppender<?> console =
                (ConsoleAppender<?>) root.iteratorForAppenders().next();
        assertThat(console.isStarted()).isTrue();
        assertThat(console.getTarget()).isEqualTo("System.err");
    }

    @Test
    void writesLevelMessageAndStack() {
        Logger logger = context.getLogger("test");
        IOException failure = new IOException("why");
        LoggingEvent event =
                new LoggingEvent("test", logger, Level.WARN, "what {}", failure, new Object[] {"happened"});

        String line = new String(new CommandLog.Lines().encode(event), StandardCharsets.UTF_8);

        assertThat(line).startsWith("WARN  what happened" + System.lineSeparator() + "java.io.IOException: why");
    }

    @Test
    void leavesTheLogOfTheServiceToOthers() {
        assertThat(new CommandLog().configure(context)).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
    }
}
