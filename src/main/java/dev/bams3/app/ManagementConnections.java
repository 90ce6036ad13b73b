package dev.bams3.app;

import dev.bams3.web.Connections;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The server of the management port, which has a context of its own: its connections share the memory of the others, and it
 * does not serve the page.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class ManagementConnections {
    /** Hides the bean of the same name in the context of the service, whose configurers this context takes over. */
    @Bean(PageConfiguration.FILES)
    WebMvcConfigurer noPage() {
        return new WebMvcConfigurer() {};
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> countedManagementConnections(Connections connections) {
        return ServerConfiguration.counting(connections);
    }
}
