package dev.bams3.source.cram;

/**
 * The symbols of a rANS table in ascending order (CRAMcodecs § 2.1): where two follow one another, the number of those that
 * follow the second is stored instead of them; a zero ends the list.
 */
final class SymbolRuns {
    private final CramCursor in;
    private int symbol;
    private int run;

    SymbolRuns(CramCursor in) {
        this.in = in;
        symbol = in.unsignedByte();
    }

    int symbol() {
        return symbol;
    }

    /** Goes to the next symbol; false after the last. */
    boolean next() {
        int last = symbol;
        if (run > 0) {
            run--;
            symbol++;
        } else {
            symbol = in.unsignedByte();
            if (symbol == last + 1) {
                run = in.unsignedByte();
            }
        }
        if (symbol == 0) {
            return false;
        }
        if (symbol <= last || symbol >= RansTables.SYMBOLS) {
            throw in.place().corrupt("symbol " + symbol + " of a rANS table follows " + last);
        }
        return true;
    }
}
