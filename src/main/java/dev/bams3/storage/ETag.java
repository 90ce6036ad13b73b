package dev.bams3.storage;

/** Identity of an object's bytes, as its store gives it (quotes included). {@link #ANY} matches every object. */
public record ETag(String value) {
    public static final ETag ANY = new ETag("*");

    public boolean matches(ETag actual) {
        return this.equals(ANY) || this.equals(actual);
    }
}
