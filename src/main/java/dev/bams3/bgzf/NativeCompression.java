package dev.bams3.bgzf;

import com.intel.gkl.compression.IntelDeflater;
import com.intel.gkl.compression.IntelInflater;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Intel GKL's deflate and inflate where they load (x86-64 Linux and macOS), two to four times as fast as the JDK's. The
 * property {@code bams3.native-compression=false} turns them off, and {@link Libdeflate}, too.
 */
final class NativeCompression {
    private static final Set<String> X86_64 = Set.of("amd64", "x86_64");
    private static final boolean LOADED = load();

    private NativeCompression() {}

    /** Whether the property allows code that is not the JDK's. */
    static boolean isWanted() {
        return Boolean.parseBoolean(System.getProperty("bams3.native-compression", "true"));
    }

    static boolean isLoaded() {
        return LOADED;
    }

    /** GKL only has an own, fast algorithm for the two lowest levels. */
    static boolean compressesAt(int level) {
        return LOADED && (level == 1 || level == 2);
    }

    /** A raw deflater. It reads its input, and writes its output, from index 0 of the arrays only. */
    static Deflater deflater(int level) {
        return Gkl.deflater(level);
    }

    static Inflater inflater() {
        return Gkl.inflater();
    }

    private static boolean load() {
        // Elsewhere GKL would unpack the library all the same and warn that it does not load.
        if (!isWanted() || !X86_64.contains(System.getProperty("os.arch"))) {
            return false;
        }
        try {
            return Gkl.load();
        } catch (LinkageError e) {
            // It does not load here, or is not on the class path.
            return false;
        }
    }

    /** The only code that refers to GKL, so that this class loads without it. */
    private static final class Gkl {
        static Deflater deflater(int level) {
            return new IntelDeflater(level, true);
        }

        static Inflater inflater() {
            return new IntelInflater(true);
        }

        /** GKL loads one library for both, but binds its fields per class; both binders must have run. */
        static boolean load() {
            IntelDeflater deflater = new IntelDeflater(1, true);
            IntelInflater inflater = new IntelInflater(true);
            try {
                return deflater.load(null) && inflater.load(null);
            } finally {
                deflater.end();
                inflater.end();
            }
        }
    }
}
