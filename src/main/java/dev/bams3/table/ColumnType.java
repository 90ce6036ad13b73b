package dev.bams3.table;

/** What the values of a column are. */
public enum ColumnType {
    UINT8(1),
    UINT16(2),
    INT32(4),
    INT64(8),
    FLOAT64(8),
    /** UTF-8. */
    TEXT(0),
    BYTES(0),
    /** Texts of a dictionary, as 32-bit indices into it. */
    WORD(4),
    UINT8_LIST(0),
    UINT16_LIST(0);

    private final int width;

    ColumnType(int width) {
        this.width = width;
    }

    /** Returns the bytes of a value, 0 where values have lengths of their own. */
    public int width() {
        return width;
    }
}
