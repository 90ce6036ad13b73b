package dev.bams3.launcher;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * What {@code java -jar} starts. Compiled for Java 8, so that an older default Java says what is missing, or starts the
 * newer one that is installed, instead of failing with a stack trace.
 */
public final class Launcher {
    private static final int NEEDED = 25;
    private static final String PROGRAM = "org.springframework.boot.loader.launch.JarLauncher";

    private Launcher() {}

    public static void main(String[] args) throws Throwable {
        if (major(System.getProperty("java.specification.version")) >= NEEDED) {
            try {
                Class.forName(PROGRAM).getMethod("main", String[].class).invoke(null, (Object) args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            return;
        }
        File java = find();
        if (java == null) {
            System.err.println("bams3: needs Java " + NEEDED + ", and this is Java "
                    + System.getProperty("java.version") + " of " + System.getProperty("java.home")
                    + ". Install it (Debian,"
                    + " Ubuntu: apt install openjdk-25-jre-headless; elsewhere: https://adoptium.net), or set JAVA_HOME to"
                    + " where it is.");
            System.exit(1);
        }
        System.exit(run(java, args));
    }

    /** Runs the same command line by another Java; options of this one, such as -Xmx, are its options too. */
    private static int run(File java, String[] args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<String>();
        command.add(java.getPath());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-jar");
        command.add(System.getProperty("java.class.path"));
        command.addAll(Arrays.asList(args));
        final Process process = new ProcessBuilder(command).inheritIO().start();
        // Whoever stops this process means the other one, which may need time to end.
        Runtime.getRuntime().addShutdownHook(new Thread() {
            @Override
            public void run() {
                process.destroy();
                try {
                    process.waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        return process.waitFor();
    }

    /** Returns the program of a Java that is new enough, or null where there is none in the usual places. */
    private static File find() {
        String home = System.getenv("JAVA_HOME");
        if (home != null && isNewEnough(new File(home))) {
            return program(new File(home));
        }
        String user = System.getProperty("user.home");
        for (String folder : new String[] {
            "/usr/lib/jvm",
            "/usr/java",
            "/opt/java",
            "/opt/homebrew/opt/openjdk/libexec",
            "/Library/Java/JavaVirtualMachines",
            user + "/Library/Java/JavaVirtualMachines",
            user + "/.sdkman/candidates/java",
            user + "/.jdks"
        }) {
            File[] homes = new File(folder).listFiles();
            for (File found : homes == null ? new File[0] : homes) {
                File inBundle = new File(found, "Contents/Home");
                File candidate = inBundle.isDirectory() ? inBundle : found;
                if (isNewEnough(candidate)) {
                    return program(candidate);
                }
            }
        }
        return null;
    }

    private static File program(File home) {
        File windows = new File(home, "bin/java.exe");
        return windows.isFile() ? windows : new File(home, "bin/java");
    }

    /** By the file {@code release} that each JDK and JRE has. */
    private static boolean isNewEnough(File home) {
        Properties release = new Properties();
        try {
            InputStream in = new FileInputStream(new File(home, "release"));
            try {
                release.load(in);
            } finally {
                in.close();
            }
        } catch (IOException e) {
            return false;
        }
        String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
        return major(version) >= NEEDED && program(home).canExecute();
    }

    /** The first number; 1 for Java 8 and before. */
    private static int major(String version) {
        String first = version.split("[^0-9]", 2)[0];
        return first.isEmpty() || first.length() > 4 ? 0 : Integer.parseInt(first);
    }
}
