package dev.bams3.app;

import dev.bams3.storage.ObjectStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.coyote.AbstractProtocol;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The service as it is, on a free port. */
public final class RunningServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private RunningServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** With these settings, {@code name=value}, over the defaults; no demo dataset, no management port. */
    public static RunningServer start(String... settings) {
        return start(store -> store, settings);
    }

    /** The same, with the store wrapped. */
    public static RunningServer start(UnaryOperator<ObjectStore> wrapping, String... settings) {
        return start(wrapping, List.of(), settings);
    }

    /** The same, with controllers of a test besides those of the service. */
    public static RunningServer start(
            UnaryOperator<ObjectStore> wrapping, List<Object> controllers, String... settings) {
        Map<String, String> values = new LinkedHashMap<>(Map.of(
                "server.port", "0", "management.server.port", "-1", "bams3.store", "memory:", "bams3.demo", "false"));
        // Most tests are not about who may read.
        values.put("bams3.access.public-datasets", "**");
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            values.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        String[] arguments = values.entrySet().stream()
                .map(value -> "--" + value.getKey() + "=" + value.getValue())
                .toArray(String[]::new);
        return new RunningServer(Bams3.serve(
                context -> {
                    context.getBeanFactory().addBeanPostProcessor(new Wrapping(wrapping));
                    controllers.forEach(controller -> context.getBeanFactory()
                            .registerSingleton(controller.getClass().getName(), controller));
                },
                arguments));
    }

    public int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** `http://localhost:port`, followed by a path. */
    public String url(String path) {
        return String.format(Locale.ROOT, "http://localhost:%d%s", port(), path);
    }

    /** The same of the management port, where one was asked for. */
    public String managementUrl(String path) {
        int port = context.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
        return String.format(Locale.ROOT, "http://localhost:%d%s", port, path);
    }

    /** Connections that are open, whether a request is under way on them or not; one more while the next is waited for. */
    public long connections() {
        return context instanceof WebServerApplicationContext web
                        && web.getWebServer() instanceof TomcatWebServer tomcat
                        && tomcat.getTomcat().getConnector().getProtocolHandler()
                                instanceof AbstractProtocol<?> protocol
                ? protocol.getConnectionCount()
                : -1;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }

    private record Wrapping(UnaryOperator<ObjectStore> wrapping) implements BeanPostProcessor {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof ObjectStore store ? wrapping.apply(store) : bean;
        }
    }
}
