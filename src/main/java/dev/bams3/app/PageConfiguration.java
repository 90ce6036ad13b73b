package dev.bams3.app;

import dev.bams3.web.PageHeaders;
import java.time.Duration;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.stereotype.Controller;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The page at `/`, the files it is made of, and the contract with its viewer. */
@Configuration(proxyBeanMethods = false)
class PageConfiguration implements WebMvcConfigurer {
    private static final String IGV = "/page/igv/**";
    private static final Duration IGV_MAX_AGE = Duration.ofDays(1);

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/page/**")
                .addResourceLocations("classpath:/page/")
                .setCacheControl(CacheControl.noCache());
        // Laid into the jar by the build where npm is installed; the page says so where it is not.
        registry.addResourceHandler(IGV)
                .addResourceLocations("classpath:/META-INF/resources/webjars/igv/dist/")
                .setCacheControl(CacheControl.maxAge(IGV_MAX_AGE));
    }

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addViewController("/").setViewName("forward:/page/index.html");
    }

    @Bean
    FilterRegistrationBean<PageHeaders> pageHeaders() {
        FilterRegistrationBean<PageHeaders> filter = new FilterRegistrationBean<>(new PageHeaders());
        filter.addUrlPatterns("/", "/page/*", "/swagger-ui/*");
        return filter;
    }

    /** Springdoc takes only methods that return a body for endpoints; ours write it themselves. */
    @Bean
    SmartInitializingSingleton endpointsOfTheContract(ApplicationContext context) {
        return () -> SpringDocUtils.getConfig()
                .addRestControllers(context.getBeansWithAnnotation(Controller.class).values().stream()
                        .map(Object::getClass)
                        .filter(type -> type.getPackageName().startsWith("dev.bams3"))
                        .toArray(Class<?>[]::new));
    }

    @Bean
    OpenApiCustomizer apiContract() {
        return new ApiContract();
    }
}
