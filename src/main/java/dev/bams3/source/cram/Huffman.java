package dev.bams3.source.cram;

import java.util.Arrays;
import java.util.Comparator;

/** A canonical Huffman code of numbers (CRAMv3 § 13.5). */
final class Huffman {
    private static final int MAX_LENGTH = 31;

    // By length of code, then by number: of each length the first code, and where its numbers begin.
    private final int[] numbers;
    private final int[] firstCode = new int[MAX_LENGTH + 2];
    private final int[] firstNumber = new int[MAX_LENGTH + 2];
    private final int[] counts = new int[MAX_LENGTH + 2];
    private final int longest;
    private final Place place;

    private record Code(int number, int length) {}

    private Huffman(Code[] codes, Place place) {
        this.place = place;
        Arrays.sort(codes, Comparator.comparingInt(Code::length).thenComparingInt(Code::number));
        numbers = Arrays.stream(codes).mapToInt(Code::number).toArray();
        for (Code code : codes) {
            counts[code.length()]++;
        }
        longest = codes.length == 0 ? 0 : codes[codes.length - 1].length();
        long code = 0;
        int number = 0;
        for (int length = 0; length <= longest; length++) {
            code <<= 1;
            firstCode[length] = (int) code;
            firstNumber[length] = number;
            code += counts[length];
            number += counts[length];
            if (code > 1L << length) {
                throw place.corrupt("more Huffman codes than their lengths permit");
            }
        }
    }

    static Huffman read(CramCursor in) {
        int count = in.count("number of Huffman codes");
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = in.itf8();
        }
        if (in.itf8() != count) {
            throw in.place().corrupt("as many lengths as Huffman codes expected");
        }
        Code[] codes = new Code[count];
        for (int i = 0; i < count; i++) {
            int length = in.itf8();
            if (length < 0 || length > MAX_LENGTH || length >= count) {
                throw in.place().corrupt("a Huffman code of " + length + " bits among " + count);
            }
            codes[i] = new Code(numbers[i], length);
        }
        return new Huffman(codes, in.place());
    }

    Series.Ints in(BitCursor core) {
        if (numbers.length == 0) {
            return () -> {
                throw place.corrupt("a Huffman code without values is used");
            };
        }
        if (longest == 0) {
            int only = numbers[0];
            return () -> only;
        }
        return () -> next(core);
    }

    private int next(BitCursor core) {
        int code = 0;
        for (int length = 0; length <= longest; length++) {
            if (length > 0) {
                code = code << 1 | core.bit();
            }
            int index = code - firstCode[length];
            if (index >= 0 && index < counts[length]) {
                return numbers[firstNumber[length] + index];
            }
        }
        throw place.corrupt("its bits are no Huffman code");
    }
}
