package dev.bams3.app;

/** The program: the service by default, a command where one is named. */
public final class Bams3 {
    private Bams3() {}

    public static void main(String[] args) {
        throw new UnsupportedOperationException("owner: app");
    }
}
