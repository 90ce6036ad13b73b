package dev.bams3.app;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** Stops the start where a port is taken, before anything is made or opened that the service could not use. */
final class FreePorts implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        check(context.getEnvironment(), "server", "SERVER_PORT");
        check(context.getEnvironment(), "management.server", "MANAGEMENT_SERVER_PORT");
    }

    /** @throws ReadsException UNAVAILABLE naming the port and the variable that chooses another */
    private static void check(Environment environment, String prefix, String variable) {
        int port = environment.getProperty(prefix + ".port", Integer.class, 0);
        if (port <= 0) {
            return;
        }
        String address = environment.getProperty(prefix + ".address", "");
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw ReadsException.of(
                    ErrorKind.UNAVAILABLE,
                    "port " + port + " cannot be listened at (" + e.getMessage() + "): choose another by " + variable
                            + "=" + (port + 10) + ", or stop the program that has it",
                    e);
        }
    }
}
