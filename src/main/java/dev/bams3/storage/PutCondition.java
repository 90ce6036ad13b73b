package dev.bams3.storage;

/** What must be true of the key for a write to happen. */
public sealed interface PutCondition {
    /** Anything. */
    record Always() implements PutCondition {}

    /** No object is there (`If-None-Match: *`). */
    record IfAbsent() implements PutCondition {}

    /** The object there is the one with this ETag (`If-Match`). */
    record IfMatch(ETag etag) implements PutCondition {}

    static PutCondition always() {
        return new Always();
    }

    static PutCondition ifAbsent() {
        return new IfAbsent();
    }

    static PutCondition ifMatch(ETag etag) {
        return new IfMatch(etag);
    }
}
