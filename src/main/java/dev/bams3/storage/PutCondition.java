package dev.bams3.storage;

/** The condition under which a write happens. */
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
