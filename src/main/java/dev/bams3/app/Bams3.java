package dev.bams3.app;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** The program: the service by default, a command where one is named. */
public final class Bams3 {
    private Bams3() {}

    public static void main(String[] args) {
        serve(context -> {}, args);
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
