package dev.bams3.app;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.temporary.TemporaryFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What libraries write to disk lies in the folder of this process, which the next one removes if this one is killed: native
 * libraries that are unpacked, and the folders that each Tomcat works in. The context of the management port has this
 * configuration, too.
 */
@Configuration(proxyBeanMethods = false)
class TemporaryFolders {
    /** The temporary folder of the system, that of this process in it. */
    static Path system() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /**
     * Before a library is loaded.
     *
     * @throws ReadsException UNAVAILABLE where the temporary folder cannot be written to
     */
    static void useForLibraries() {
        String folder = ofProcess().toString();
        System.setProperty("dev.bams3.native-folder", folder);
        // Of zstd-jni.
        System.setProperty("ZstdTempFolder", folder);
    }

    private static Path ofProcess() {
        try {
            return TemporaryFolder.ofProcess();
        } catch (IOException e) {
            throw ReadsException.of(
                            ErrorKind.UNAVAILABLE,
                            "the temporary folder cannot be written to (" + e.getMessage()
                                    + "): name another by JDK_JAVA_OPTIONS=-Djava.io.tmpdir=/folder",
                            e)
                    .in(system().toString());
        }
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> folderOfTomcat() {
        return factory -> {
            factory.setBaseDirectory(folder("tomcat-"));
            factory.setDocumentRoot(folder("documents-"));
        };
    }

    private static File folder(String name) {
        try {
            return Files.createTempDirectory(ofProcess(), name).toFile();
        } catch (IOException e) {
            throw ReadsException.of(ErrorKind.UNAVAILABLE, "no folder can be made (" + e.getMessage() + ")", e)
                    .in(ofProcess().toString());
        }
    }
}
