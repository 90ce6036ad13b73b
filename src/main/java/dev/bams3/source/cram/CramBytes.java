package dev.bams3.source.cram;

import dev.bams3.storage.DamageCheck;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * The bytes of a file from a place on, in order.
 *
 * @param first gives them, an empty array after the last
 * @param second gives those from an offset on over another connection, for reading again what arrived damaged; absent where
 *     bytes come over no connection
 * @param damage counts damaged reads
 */
public record CramBytes(Supplier<byte[]> first, Optional<LongFunction<Supplier<byte[]>>> second, DamageCheck damage) {
    /** Returns bytes that cannot be read again. */
    public static CramBytes once(Supplier<byte[]> ranges) {
        return new CramBytes(ranges, Optional.empty(), new DamageCheck());
    }
}
