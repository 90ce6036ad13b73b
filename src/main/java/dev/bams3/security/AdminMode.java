package dev.bams3.security;

/** Whom the admin surface is open to. */
public enum AdminMode {
    /** Closed: neither a token nor a scope is configured. */
    OFF,
    /** Open to programs of this machine, without credentials: the store is the embedded one for trying things out. */
    LOOPBACK,
    /** Open to callers with a secret token, or a token of the issuer with the scope. */
    TOKEN
}
