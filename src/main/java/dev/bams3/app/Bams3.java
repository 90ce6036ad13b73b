package dev.bams3.app;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The program: the service by default, a command where one is named. */
public final class Bams3 {
    private Bams3() {}

    public static void main(String[] args) {
        serve(args);
    }

    /** Starts the service; it listens when this returns. */
    static ConfigurableApplicationContext serve(String... args) {
        SpringApplication application = new SpringApplication(ServerConfiguration.class);
        application.addInitializers(new UnknownSettings());
        return application.run(args);
    }
}
