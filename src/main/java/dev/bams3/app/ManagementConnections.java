package dev.bams3.app;

import dev.bams3.web.Connections;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/** The server of the management port, which has a context of its own: its connections share the memory of the others. */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class ManagementConnections {
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> countedManagementConnections(Connections connections) {
        return ServerConfiguration.counting(connections);
    }
}
