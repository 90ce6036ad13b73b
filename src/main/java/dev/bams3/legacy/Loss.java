package dev.bams3.legacy;

/**
 * What a prototype did not store.
 *
 * @param kind a word, `lost-mates`
 * @param records that it is about
 * @param text for people
 */
public record Loss(String kind, long records, String text) {}
