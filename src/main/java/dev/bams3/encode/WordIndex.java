package dev.bams3.encode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Finds the number of a text among some by its bytes. */
final class WordIndex {
    private final byte[][] words;
    /** Numbers of words, plus one; 0 where there is none. */
    private final int[] table;

    WordIndex(List<String> texts) {
        words = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        table = new int[Integer.highestOneBit(Math.max(1, words.length)) * 4];
        for (int i = 0; i < words.length; i++) {
            int slot = slot(words[i], 0, words[i].length);
            while (table[slot] != 0) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = i + 1;
        }
    }

    /** Returns the number of the text, or -1. */
    int find(byte[] bytes, int from, int length) {
        int slot = slot(bytes, from, length);
        while (table[slot] != 0) {
            byte[] word = words[table[slot] - 1];
            if (Arrays.equals(word, 0, word.length, bytes, from, from + length)) {
                return table[slot] - 1;
            }
            slot = slot + 1 & table.length - 1;
        }
        return -1;
    }

    private int slot(byte[] bytes, int from, int length) {
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + bytes[i];
        }
        return (hash * 0x9E3779B1 >>> 16) & table.length - 1;
    }
}
