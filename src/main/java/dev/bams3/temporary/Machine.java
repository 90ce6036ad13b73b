package dev.bams3.temporary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The machine of a process, as it stands in names of files. Some network file systems keep locks of one machine from the
 * others, so that a lock proves nothing about a file of another machine.
 *
 * @param boot of the kernel: containers of one machine share it
 * @param host name of the machine or container, which outlives a restart
 */
record Machine(String boot, String host) {
    /** Two times eight hexadecimal digits. */
    static final String PATTERN = "[0-9a-f]{8}-[0-9a-f]{8}";

    private static final int HALF = 8;

    static final Machine THIS = new Machine(
            digits(line(Path.of("/proc/sys/kernel/random/boot_id"))),
            digits(line(Path.of("/proc/sys/kernel/hostname"))));

    /** Whether locks that were taken under this name are seen here. */
    static boolean isHere(String name) {
        List<String> parts = Arrays.asList(name.substring(0, HALF), name.substring(HALF + 1));
        return parts.getFirst().equals(THIS.boot) || parts.getLast().equals(THIS.host);
    }

    private static String digits(@Nullable String text) {
        return "%08x".formatted(Objects.requireNonNullElse(text, "").hashCode());
    }

    /** Returns nothing on other systems than Linux, where a name of the environment has to do. */
    private static @Nullable String line(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return System.getenv("HOSTNAME");
        }
    }

    @Override
    public String toString() {
        return boot + "-" + host;
    }
}
