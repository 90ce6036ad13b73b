package dev.bams3.app;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;

/** Says, once, that the service is there, what it serves and what to type next. */
final class StartMessage implements ApplicationListener<ApplicationReadyEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(StartMessage.class);

    private final Optional<String> publicAddress;
    private final String location;
    private final String example;

    /** @param example id of a dataset to ask for */
    StartMessage(Optional<String> publicAddress, String location, String example) {
        this.publicAddress = publicAddress;
        this.location = location;
        this.example = example;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        if (!(event.getApplicationContext() instanceof WebServerApplicationContext context)
                || context.getWebServer() == null) {
            return;
        }
        String base = publicAddress.orElse(
                "http://localhost:" + context.getWebServer().getPort());
        LOG.info("serving the datasets of {} at {}", location, base);
        LOG.info("try: curl '{}/reads/{}?referenceName=chr1&start=100000&end=100200&format=SAM'", base, example);
    }
}
