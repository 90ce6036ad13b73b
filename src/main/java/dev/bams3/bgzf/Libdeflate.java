package dev.bams3.bgzf;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * The libdeflate of the system (1.x; Debian: libdeflate0), where it has one: its compressor begins every call from nothing,
 * so that equal bytes give equal bytes whoever compresses them.
 */
final class Libdeflate {
    /** Of the ABI that this class speaks, then whatever a developer's package made a link for. */
    static final List<String> NAMES =
            List.of("libdeflate.so.0", "libdeflate.so", "libdeflate.0.dylib", "libdeflate.dylib");

    private final MethodHandle allocate;
    private final MethodHandle compress;
    private final MethodHandle free;

    private Libdeflate(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        allocate = linker.downcallHandle(
                library.findOrThrow("libdeflate_alloc_compressor"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        compress = linker.downcallHandle(
                library.findOrThrow("libdeflate_deflate_compress"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG));
        free = linker.downcallHandle(
                library.findOrThrow("libdeflate_free_compressor"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    /**
     * The first of these libraries that the system's loader finds.
     *
     * @param names as the loader takes them: a file name, or a path
     */
    static Optional<Libdeflate> load(List<String> names) {
        for (String name : names) {
            try {
                return Optional.of(new Libdeflate(SymbolLookup.libraryLookup(name, Arena.global())));
            } catch (RuntimeException e) {
                // Not there, another library of that name, a platform without a linker, or native access is forbidden.
                continue;
            }
        }
        return Optional.empty();
    }

    /** @param level 1 (fastest) to 12 (smallest) */
    Compressor compressor(int level) {
        return new Compressor(level);
    }

    /** One compressor with its buffers outside of the heap; used by one thread at a time, ended once. */
    final class Compressor implements RawDeflater {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment input = arena.allocate(BgzfDeflaters.MAX_PAYLOAD);
        private final MemorySegment output = arena.allocate(BgzfDeflaters.MAX_DATA);
        private final MemorySegment compressor;

        private Compressor(int level) {
            try {
                compressor = (MemorySegment) allocate.invokeExact(level);
            } catch (Throwable e) {
                arena.close();
                throw failed(e);
            }
            if (compressor.equals(MemorySegment.NULL)) {
                arena.close();
                throw new OutOfMemoryError("libdeflate has no memory for a compressor");
            }
        }

        @Override
        public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
            MemorySegment.copy(bytes, offset, input, ValueLayout.JAVA_BYTE, 0, length);
            long written;
            try {
                written = (long) compress.invokeExact(
                        compressor, input, (long) length, output, Math.min(room, output.byteSize()));
            } catch (Throwable e) {
                throw failed(e);
            }
            MemorySegment.copy(output, ValueLayout.JAVA_BYTE, 0, target, targetOffset, (int) written);
            return written == 0 ? -1 : (int) written;
        }

        @Override
        public void end() {
            try {
                free.invokeExact(compressor);
            } catch (Throwable e) {
                throw failed(e);
            } finally {
                arena.close();
            }
        }
    }

    /** A downcall itself throws nothing but errors of the virtual machine. */
    private static IllegalStateException failed(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("libdeflate cannot be called", e);
    }
}
