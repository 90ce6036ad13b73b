package dev.bams3.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;

/**
 * The log of commands: warnings and errors on standard error, because results go to standard output. It is made by code: a
 * file would cost each command a parser of XML and one of patterns.
 */
public final class CommandLog extends ContextAwareBase implements Configurator {
    private static volatile boolean used;

    /** Has loggers that are made from now on write the log of a command. */
    static void use() {
        used = true;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (!used) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        write(context);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    static void write(LoggerContext context) {
        Lines lines = new Lines();
        lines.setContext(context);
        lines.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(lines);
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console);
    }

    static final class Lines extends EncoderBase<ILoggingEvent> {
        private static final byte[] NONE = {};

        @Override
        public byte[] encode(ILoggingEvent event) {
            String line = "%-5s %s%n".formatted(event.getLevel(), event.getFormattedMessage());
            String stack =
                    event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            return (line + stack).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] headerBytes() {
            return NONE;
        }

        @Override
        public byte[] footerBytes() {
            return NONE;
        }
    }
}
