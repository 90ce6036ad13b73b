package dev.bams3.source.cram;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bases of one external reference, in pages that all slices share. Safe for use by many threads. */
final class ReferencePages {
    static final int PAGE_LENGTH = 1 << 20;

    private final ReferenceSource.Stored stored;
    private final int reference;
    private final Cache cache;

    /** Pages that are kept: the last used, as many as fit. */
    static final class Cache {
        private final int most;
        private final Map<Long, byte[]> pages = new LinkedHashMap<>(64, 0.75f, true);

        /** @param bytes that they may have together */
        Cache(long bytes) {
            most = (int) Math.max(2, bytes / PAGE_LENGTH);
        }

        private synchronized byte @Nullable [] get(long key) {
            return pages.get(key);
        }

        private synchronized void put(long key, byte[] page) {
            pages.put(key, page);
            if (pages.size() > most) {
                pages.remove(pages.keySet().iterator().next());
            }
        }
    }

    ReferencePages(ReferenceSource.Stored stored, int reference, Cache cache) {
        this.stored = stored;
        this.reference = reference;
        this.cache = cache;
    }

    long length() {
        return stored.length();
    }

    String description() {
        return stored.description();
    }

    byte[] page(int number) {
        long key = (long) reference << 32 | number;
        byte[] found = cache.get(key);
        if (found == null) {
            found = read(number);
            cache.put(key, found);
        }
        return found;
    }

    private byte[] read(int number) {
        long from = (long) number * PAGE_LENGTH;
        return stored.read(from, (int) Math.min(PAGE_LENGTH, length() - from));
    }

    /** The MD5 of the bases of a slice, which are going to be used. */
    byte[] md5(long from, long end) {
        MessageDigest md5 = md5();
        for (long at = from; at < end; ) {
            int number = (int) (at / PAGE_LENGTH);
            int offset = (int) (at % PAGE_LENGTH);
            byte[] page = page(number);
            int count = (int) Math.min(end - at, page.length - offset);
            md5.update(page, offset, count);
            at += count;
        }
        return md5.digest();
    }

    /** Returns the MD5 of all bases, and keeps none of them. */
    byte[] md5OfAll() {
        MessageDigest md5 = md5();
        for (int number = 0; (long) number * PAGE_LENGTH < length(); number++) {
            md5.update(read(number));
        }
        return md5.digest();
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
