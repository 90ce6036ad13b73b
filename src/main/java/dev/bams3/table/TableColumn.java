package dev.bams3.table;

/**
 * A column of a table.
 *
 * @param dictionary number of the dictionary that a column of {@link ColumnType#WORD} has its texts in, which other columns
 *     may share; of no meaning for other types
 */
public record TableColumn(String name, ColumnType type, int dictionary) {
    public TableColumn(String name, ColumnType type) {
        this(name, type, -1);
    }
}
