package dev.bams3.bgzf;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * ISA-L's deflate and inflate (Intel's storage acceleration library, 2.x). The library comes from the jar of GKL on Linux
 * x86-64, which exports ISA-L's own functions, else from the system (Debian: {@code libisal2}).
 *
 * <p>Only methods whose output depends on their input alone are used: ISA-L's level 0 with {@link HuffmanTables}, and its
 * level 3. The output of its levels 1 and 2 also depends on the address of the stream structure, for about 1 in 100 inputs
 * below 200 bytes.
 *
 * <p>Offsets and sizes are those of {@code igzip_lib.h} 2.30 on 64-bit machines. Another layout would be found before
 * anything is served: every structure is followed by guard bytes, and {@link #load} tries the library on samples of
 * several kinds, which the JDK has to inflate.
 */
final class Isal {
    /** Largest level that ISA-L compresses. */
    static final int MAX_LEVEL = 3;

    /** ISA-L's own levels for ours, from 1. */
    private static final int[] METHODS = {0, 0, 3, 3};

    private static final int LEVEL_BUFFER_OF_3 = 348_160;
    // Not SLF4J, which the library of the format does without.
    private static final Logger LOG = System.getLogger(Isal.class.getName());
    private static final List<String> SYSTEM_NAMES = List.of("libisal.so.2", "libisal.2.dylib");
    private static final String IN_JAR = "/com/intel/gkl/native/libgkl_compression.so";

    private static final int STREAM_LENGTH = 82_384;
    private static final int INFLATE_STATE_LENGTH = 87_368;
    /** Bytes of a sample, and samples: names, bases, qualities and tags of long reads are kilobytes apart. */
    private static final int SAMPLE = 1 << 10;

    private static final int SAMPLES = 4;

    private static final int GUARD = 64 << 10;
    private static final byte GUARD_BYTE = 0x5A;

    /** Fields of {@code struct isal_zstream}. */
    private static final int NEXT_IN = 0;

    private static final int AVAIL_IN = 8;
    private static final int NEXT_OUT = 16;
    private static final int AVAIL_OUT = 24;
    private static final int TOTAL_OUT = 28;
    private static final int HUFFMAN_TABLES = 32;
    private static final int LEVEL = 40;
    private static final int LEVEL_BUFFER_LENGTH = 44;
    private static final int LEVEL_BUFFER_ADDRESS = 48;
    private static final int END_OF_STREAM = 56;

    /** Fields of {@code struct inflate_state}. */
    private static final int INFLATE_NEXT_OUT = 0;

    private static final int INFLATE_AVAIL_OUT = 8;
    private static final int INFLATE_TOTAL_OUT = 12;
    private static final int INFLATE_NEXT_IN = 16;
    private static final int INFLATE_AVAIL_IN = 32;

    /** {@code ISAL_END_INPUT}: the data ended before its last block did. */
    private static final int END_OF_INPUT = 1;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private static final @Nullable Isal INSTANCE = find();

    private final MethodHandle initDeflate;
    private final MethodHandle deflate;
    private final MethodHandle initInflate;
    private final MethodHandle inflate;

    private Isal(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor init = FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
        FunctionDescriptor run = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
        initDeflate = linker.downcallHandle(library.findOrThrow("isal_deflate_stateless_init"), init);
        deflate = linker.downcallHandle(library.findOrThrow("isal_deflate_stateless"), run);
        initInflate = linker.downcallHandle(library.findOrThrow("isal_inflate_init"), init);
        inflate = linker.downcallHandle(library.findOrThrow("isal_inflate_stateless"), run);
    }

    /** Returns the library of this process; empty where there is none that proves itself. */
    static Optional<Isal> get() {
        return Optional.ofNullable(INSTANCE);
    }

    /** Where the library is unpacked: property {@code dev.bams3.native-folder}, by default the system's temporary folder. */
    private static Path folder() {
        return Path.of(System.getProperty("dev.bams3.native-folder", System.getProperty("java.io.tmpdir")));
    }

    private static @Nullable Isal find() {
        boolean jarHasIt = "Linux".equals(System.getProperty("os.name"))
                && List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
        Optional<Isal> found = jarHasIt ? fromJar() : Optional.empty();
        @Nullable Isal library = found.or(() -> load(SYSTEM_NAMES)).orElse(null);
        if (library == null) {
            LOG.log(
                    Level.INFO,
                    "The JDK compresses BAM, at a quarter of the speed: no ISA-L was found that can be used ({0})",
                    String.join(", ", SYSTEM_NAMES));
        }
        return library;
    }

    private static Optional<Isal> fromJar() {
        try (InputStream library = Isal.class.getResourceAsStream(IN_JAR)) {
            if (library == null) {
                return Optional.empty();
            }
            Path file = Files.createTempFile(folder(), "bams3-isal-", ".so");
            try {
                Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
                return load(List.of(file.toString()));
            } finally {
                // Once loaded, the file is mapped and needs no name.
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The library ISA-L cannot be unpacked to the temporary folder ({0})", e);
            return Optional.empty();
        }
    }

    /**
     * Loads the first of these libraries that is there and proves itself.
     *
     * @param names as the loader takes them: a file name, or a path
     */
    static Optional<Isal> load(List<String> names) {
        for (String name : names) {
            try {
                Isal library = new Isal(SymbolLookup.libraryLookup(name, Arena.global()));
                if (library.provesItself()) {
                    return Optional.of(library);
                }
                LOG.log(
                        Level.WARNING,
                        "{0} is not used: it is not the ISA-L that is known here, or gives other bytes than it got",
                        name);
            } catch (RuntimeException e) {
                // Not there, another library of that name, a platform without a linker, or native access is forbidden.
                continue;
            }
        }
        return Optional.empty();
    }

    /** Compresses and inflates samples by each method, and looks whether anything was written beyond a structure. */
    private boolean provesItself() {
        for (int level : new int[] {1, MAX_LEVEL}) {
            Compressor compressor = compressor(level);
            Decompressor decompressor = decompressor();
            try {
                if (!CompressionSample.isGivenBack(compressor, decompressor)
                        || !compressor.isWithinBounds()
                        || !decompressor.isWithinBounds()) {
                    return false;
                }
            } finally {
                compressor.end();
                decompressor.end();
            }
        }
        return true;
    }

    /** Returns ISA-L's own level for one of ours, 1 to {@link #MAX_LEVEL}. */
    static int method(int level) {
        return METHODS[level];
    }

    /** @param level 1 (fastest) to {@link #MAX_LEVEL} */
    Compressor compressor(int level) {
        return new Compressor(level);
    }

    Decompressor decompressor() {
        return new Decompressor();
    }

    private static MemorySegment guarded(Arena arena, long length) {
        MemorySegment segment = arena.allocate(length + GUARD, 64);
        segment.asSlice(length).fill(GUARD_BYTE);
        return segment;
    }

    private static boolean isIntact(MemorySegment segment, long length) {
        for (long at = length; at < segment.byteSize(); at++) {
            if (segment.get(ValueLayout.JAVA_BYTE, at) != GUARD_BYTE) {
                return false;
            }
        }
        return true;
    }

    /** A downcall itself throws nothing but errors of the virtual machine. */
    private static IllegalStateException failed(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("ISA-L cannot be called", e);
    }

    /** A compressor with its buffers outside of the heap; used by one thread at a time, ended once. */
    final class Compressor implements RawDeflater {
        private final Arena arena = Arena.ofShared();
        private final int method;
        private final MemorySegment stream = guarded(arena, STREAM_LENGTH);
        private final int levelBufferLength;
        private final MemorySegment levelBuffer;
        private final MemorySegment input = arena.allocate(BgzfDeflaters.MAX_PAYLOAD, 64);
        private final MemorySegment output = arena.allocate(BgzfDeflaters.MAX_DATA, 64);
        private MemorySegment tables = HuffmanTables.get(0);

        private Compressor(int level) {
            method = METHODS[level];
            levelBufferLength = method == 0 ? 0 : LEVEL_BUFFER_OF_3;
            levelBuffer = guarded(arena, levelBufferLength);
        }

        /** Chooses the Huffman tables under which samples from all over the bytes become shortest. */
        @Override
        public void prepare(byte[] bytes, int offset, int length) {
            if (method != 0) {
                return;
            }
            int sampled = Math.min(SAMPLES * SAMPLE, length);
            int samples = Math.max(1, sampled / SAMPLE);
            sampled = length < SAMPLE ? length : samples * SAMPLE;
            for (int sample = 0; sample < samples; sample++) {
                int from = (int) ((long) (length - sampled / samples) * (2 * sample + 1) / (2 * samples));
                MemorySegment.copy(
                        bytes, offset + from, input, ValueLayout.JAVA_BYTE, (long) sample * SAMPLE, sampled / samples);
            }
            int shortest = Integer.MAX_VALUE;
            MemorySegment best = tables;
            for (int candidate = 0; candidate < HuffmanTables.COUNT; candidate++) {
                tables = HuffmanTables.get(candidate);
                int written = deflateInput(sampled, (int) output.byteSize());
                if (written > 0 && written < shortest) {
                    shortest = written;
                    best = tables;
                }
            }
            tables = best;
        }

        @Override
        public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
            MemorySegment.copy(bytes, offset, input, ValueLayout.JAVA_BYTE, 0, length);
            int written = deflateInput(length, (int) Math.min(room, output.byteSize()));
            if (written > 0) {
                MemorySegment.copy(output, ValueLayout.JAVA_BYTE, 0, target, targetOffset, written);
            }
            return written;
        }

        private int deflateInput(int length, int room) {
            int status;
            try {
                initDeflate.invokeExact(stream);
                stream.set(ValueLayout.ADDRESS, NEXT_IN, input);
                stream.set(INT, AVAIL_IN, length);
                stream.set(ValueLayout.ADDRESS, NEXT_OUT, output);
                stream.set(INT, AVAIL_OUT, room);
                stream.set(ValueLayout.ADDRESS, HUFFMAN_TABLES, tables);
                stream.set(INT, LEVEL, method);
                stream.set(INT, LEVEL_BUFFER_LENGTH, levelBufferLength);
                stream.set(ValueLayout.ADDRESS, LEVEL_BUFFER_ADDRESS, levelBuffer);
                stream.set(ValueLayout.JAVA_SHORT, END_OF_STREAM, (short) 1);
                status = (int) deflate.invokeExact(stream);
            } catch (Throwable e) {
                throw failed(e);
            }
            boolean whole = status == 0 && stream.get(INT, AVAIL_IN) == 0;
            return whole ? stream.get(INT, TOTAL_OUT) : -1;
        }

        private boolean isWithinBounds() {
            return isIntact(stream, STREAM_LENGTH) && isIntact(levelBuffer, levelBufferLength);
        }

        @Override
        public void end() {
            arena.close();
        }
    }

    /** A decompressor with its buffers outside of the heap; used by one thread at a time, ended once. */
    final class Decompressor implements RawInflater {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment state = guarded(arena, INFLATE_STATE_LENGTH);
        private final MemorySegment input = arena.allocate(BgzfBlock.MAX_LENGTH, 64);
        private final MemorySegment output = arena.allocate(BgzfBlock.MAX_LENGTH + 1, 64);

        private Decompressor() {}

        @Override
        public int inflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int expected) {
            MemorySegment.copy(bytes, offset, input, ValueLayout.JAVA_BYTE, 0, length);
            int status;
            try {
                initInflate.invokeExact(state);
                state.set(ValueLayout.ADDRESS, INFLATE_NEXT_IN, input);
                state.set(INT, INFLATE_AVAIL_IN, length);
                state.set(ValueLayout.ADDRESS, INFLATE_NEXT_OUT, output);
                state.set(INT, INFLATE_AVAIL_OUT, expected + 1);
                status = (int) inflate.invokeExact(state);
            } catch (Throwable e) {
                throw failed(e);
            }
            int inflated = state.get(INT, INFLATE_TOTAL_OUT);
            if (status < 0 || status == END_OF_INPUT) {
                return -1;
            }
            MemorySegment.copy(
                    output, ValueLayout.JAVA_BYTE, 0, target, targetOffset, Math.min(Math.max(inflated, 0), expected));
            return inflated;
        }

        private boolean isWithinBounds() {
            return isIntact(state, INFLATE_STATE_LENGTH);
        }

        @Override
        public void end() {
            arena.close();
        }
    }
}
