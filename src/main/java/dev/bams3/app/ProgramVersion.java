package dev.bams3.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build, from the file that Maven wrote beside the classes: the same in the jar, in an image and in a test. */
final class ProgramVersion {
    /** Such as `1.0.0`; `unknown` where the classes were not built by Maven. */
    static final String VERSION = read();

    /** The name of this program with its version: `bams3-server/1.0.0`. */
    static final String PROGRAM = "bams3-server/" + VERSION;

    private ProgramVersion() {}

    private static String read() {
        Properties build = new Properties();
        try (InputStream in = ProgramVersion.class.getResourceAsStream("/META-INF/build-info.properties")) {
            if (in != null) {
                build.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build.getProperty("build.version", "unknown");
    }
}
