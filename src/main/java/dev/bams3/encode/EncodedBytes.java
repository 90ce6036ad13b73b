package dev.bams3.encode;

/**
 * Some bytes of an answer, ready to be written.
 *
 * @param buffer array holding them from index 0; owned by the receiver
 * @param length how many
 */
public record EncodedBytes(byte[] buffer, int length) {}
