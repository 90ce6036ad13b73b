package dev.bams3.app;

import dev.bams3.web.PageHeaders;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.stereotype.Controller;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.ResourceResolver;
import org.springframework.web.servlet.resource.ResourceResolverChain;

/** The page at `/`, the files it is made of, and the contract with its viewer. */
@Configuration(proxyBeanMethods = false)
class PageConfiguration {
    /** Name of the bean that serves the page. The management port's context has another bean of this name. */
    static final String FILES = "pageFiles";

    private static final String IGV = "/page/igv/**";
    private static final Duration IGV_MAX_AGE = Duration.ofDays(1);

    @Bean(FILES)
    WebMvcConfigurer pageFiles(Settings settings) {
        String genomes = settings.page().genomes();
        return new WebMvcConfigurer() {
            @Override
            public void addResourceHandlers(ResourceHandlerRegistry registry) {
                registry.addResourceHandler("/page/**")
                        .addResourceLocations("classpath:/page/")
                        .setCacheControl(CacheControl.noCache());
                if (genomes != null) {
                    registry.addResourceHandler("/page/genomes.json")
                            .setCacheControl(CacheControl.noCache())
                            .resourceChain(false)
                            .addResolver(new OneFile(new FileSystemResource(genomes)));
                }
                // Laid into the jar by the build where npm is installed; the page says so where it is not.
                registry.addResourceHandler(IGV)
                        .addResourceLocations("classpath:/META-INF/resources/webjars/igv/dist/")
                        .setCacheControl(CacheControl.maxAge(IGV_MAX_AGE));
            }

            @Override
            public void addViewControllers(ViewControllerRegistry registry) {
                registry.addViewController("/").setViewName("forward:/page/index.html");
            }
        };
    }

    /** Answers every path with one file. */
    private record OneFile(Resource file) implements ResourceResolver {
        @Override
        public Resource resolveResource(
                @Nullable HttpServletRequest request,
                String path,
                List<? extends Resource> locations,
                ResourceResolverChain chain) {
            return file;
        }

        @Override
        public @Nullable String resolveUrlPath(
                String path, List<? extends Resource> locations, ResourceResolverChain chain) {
            return null;
        }
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
