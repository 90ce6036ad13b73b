package dev.bams3.storage;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The conditions that a store honours, tested on an object made for that.
 *
 * @param ifAbsent whether {@code If-None-Match: *} lets one writer win: without it several workers may have one job at a
 *     time, so that only one process may work, for which the operator has to vouch
 * @param ifMatch whether {@code If-Match} replaces an unchanged object and no other: without it no dataset can be replaced
 */
public record StoreConditions(boolean ifAbsent, boolean ifMatch) {
    /** Prefix of test objects; an old one was left by a process that died during its test. */
    public static final String PREFIX = ".bams3-jobs/probe/";

    /** @throws ReadsException what the store says other than about conditions */
    public static StoreConditions of(ObjectStore store) {
        ObjectKey key = new ObjectKey(PREFIX + UUID.randomUUID());
        ETag first = store.put(key, bytes("1"), PutCondition.ifAbsent());
        try {
            boolean ifAbsent = !accepts(store, key, "2", PutCondition.ifAbsent());
            ETag now = ifAbsent ? first : store.head(key).etag();
            boolean replaces = accepts(store, key, "3", PutCondition.ifMatch(now));
            return new StoreConditions(ifAbsent, replaces && !accepts(store, key, "4", PutCondition.ifMatch(now)));
        } finally {
            store.delete(key);
        }
    }

    private static boolean accepts(ObjectStore store, ObjectKey key, String body, PutCondition condition) {
        try {
            store.put(key, bytes(body), condition);
            return true;
        } catch (ReadsException e) {
            // The adapter says UNAVAILABLE where a server refuses If-Match of an unchanged object.
            boolean refused = e.kind() == ErrorKind.CHANGED
                    || (e.kind() == ErrorKind.UNAVAILABLE && condition instanceof PutCondition.IfMatch);
            if (refused) {
                return false;
            }
            throw e;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
