package dev.bams3.storage;

/**
 * Identity of an object's bytes, as its store gives it (quotes included). Two writes of a key need not have different
 * ETags when they wrote the same bytes. {@link #ANY} matches every object.
 */
public record ETag(String value) {
    public static final ETag ANY = new ETag("*");

    public boolean matches(ETag actual) {
        return this.equals(ANY) || this.equals(actual);
    }
}
