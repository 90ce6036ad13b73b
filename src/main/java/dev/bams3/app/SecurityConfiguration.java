package dev.bams3.app;

import dev.bams3.access.AccessPolicy;
import dev.bams3.access.Caller;
import dev.bams3.access.LinkTokens;
import dev.bams3.dataset.Datasets;
import dev.bams3.security.AdminGate;
import dev.bams3.security.AdminMode;
import dev.bams3.security.AdminPort;
import dev.bams3.security.AdminTokens;
import dev.bams3.security.CallerFilter;
import dev.bams3.security.CallerLimits;
import dev.bams3.security.FailedAttempts;
import dev.bams3.security.LinkFilter;
import dev.bams3.security.Refusals;
import dev.bams3.security.TokenVerifier;
import dev.bams3.web.Access;
import dev.bams3.web.Connections;
import dev.bams3.web.CountedProtocol;
import dev.bams3.web.LinksController;
import dev.bams3.web.PublicAddress;
import dev.bams3.web.RequestTarget;
import jakarta.servlet.DispatcherType;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** Access to endpoints: the admin surface for its own callers alone, everything else for all. No sessions, no logins. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
class SecurityConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(SecurityConfiguration.class);

    @Bean
    Refusals refusals() {
        return new Refusals();
    }

    /** @param verifier absent where no issuer is named */
    record KnownTokens(Optional<TokenVerifier> verifier) {}

    @Bean
    KnownTokens knownTokens(Settings settings) {
        return new KnownTokens(settings.auth().verifier());
    }

    @Bean
    LinkTokens linkTokens(Settings settings) {
        return settings.link().tokens();
    }

    @Bean
    Access access(Settings settings) {
        AccessPolicy policy = settings.access().policy(settings.isDefaultStore());
        if (policy.isEmpty()) {
            LOG.warn("no dataset can be read by anybody: set BAMS3_ACCESS_PUBLIC_DATASETS (** for all) or"
                    + " BAMS3_ACCESS_RULES, see docs/operations.md");
        }
        return new Access(
                policy, settings.auth().isConfigured(), settings.access().countHidden());
    }

    @Bean
    LinksController linksController(Settings settings, Access access, Datasets datasets, LinkTokens tokens) {
        return new LinksController(
                access,
                datasets,
                tokens,
                new PublicAddress(settings.publicAddress()),
                settings.link().maxTtl());
    }

    @Bean
    FailedAttempts failedAttempts(Settings settings) {
        return new FailedAttempts(settings.limit().failedAuthentications());
    }

    /** Before all others that look at the path. */
    @Bean
    FilterRegistrationBean<LinkFilter> linkFilter(LinkTokens tokens, FailedAttempts attempts) {
        FilterRegistrationBean<LinkFilter> filter = new FilterRegistrationBean<>(new LinkFilter(tokens, attempts));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 4);
        return filter;
    }

    /** Unknown methods are answered by the endpoints, which can say which ones they know. */
    @Bean
    HttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    @Order(1)
    SecurityFilterChain admin(
            HttpSecurity http, Settings settings, KnownTokens known, Refusals refusals, FailedAttempts attempts) {
        AdminMode mode = mode(settings);
        if (mode == AdminMode.LOOPBACK) {
            LOG.info(
                    "the admin surface is open to this machine, without a token, because the store is the default one");
        }
        AdminTokens tokens = new AdminTokens(
                settings.admin().secrets(),
                known.verifier()
                        .flatMap(issued -> settings.admin().requiredScope().map(scope -> token -> {
                            Caller caller = issued.verify(token);
                            return caller.hasScope(scope) ? Optional.of(caller.name()) : Optional.empty();
                        })),
                attempts);
        stateless(http.securityMatcher(request -> RequestTarget.of(request).isAdmin()));
        http.addFilterAfter(new AdminGate(mode), SecurityContextHolderFilter.class);
        http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ASYNC)
                .permitAll()
                .anyRequest()
                .hasAuthority(AdminGate.AUTHORITY));
        http.exceptionHandling(
                handling -> handling.authenticationEntryPoint(refusals).accessDeniedHandler(refusals));
        http.oauth2ResourceServer(server -> server.authenticationManagerResolver(tokens)
                .authenticationEntryPoint(refusals)
                .accessDeniedHandler(refusals));
        return http.build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain everythingElse(
            HttpSecurity http, Settings settings, KnownTokens known, Refusals refusals, FailedAttempts attempts) {
        stateless(http.securityMatcher(request -> !RequestTarget.of(request).isActuator()));
        http.addFilterAfter(new CallerFilter(known.verifier(), attempts), SecurityContextHolderFilter.class);
        http.addFilterAfter(new CallerLimits(settings.limit().limits()), CallerFilter.class);
        http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll());
        http.exceptionHandling(
                handling -> handling.authenticationEntryPoint(refusals).accessDeniedHandler(refusals));
        return http.build();
    }

    /** Browsers' ambient credentials are ignored, so there is nothing to forge (CSRF); responses are those of the endpoints. */
    private static void stateless(HttpSecurity http) {
        http.csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.defaultsDisabled().contentTypeOptions(options -> {}));
    }

    static AdminMode mode(Settings settings) {
        AdminSettings admin = settings.admin();
        if (!admin.secrets().isEmpty() || admin.requiredScope().isPresent()) {
            return AdminMode.TOKEN;
        }
        return settings.isDefaultStore() ? AdminMode.LOOPBACK : AdminMode.OFF;
    }

    @Bean
    FilterRegistrationBean<AdminPort> adminPort(Settings settings) {
        FilterRegistrationBean<AdminPort> filter = new FilterRegistrationBean<>(
                new AdminPort(settings.admin().ownPort().orElse(0)));
        filter.setEnabled(settings.admin().ownPort().isPresent());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 3);
        return filter;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> adminConnector(
            Settings settings, Connections connections) {
        return factory -> settings.admin().ownPort().ifPresent(port -> {
            CountedProtocol protocol = new CountedProtocol();
            protocol.countBy(connections);
            Connector connector = new Connector(protocol);
            connector.setPort(port);
            protocol.setExecutor(new VirtualThreadExecutor("admin-"));
            factory.addAdditionalConnectors(connector);
        });
    }
}
