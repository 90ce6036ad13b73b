package dev.bams3.discovery;

import dev.bams3.query.TargetDepth.Target;
import dev.bams3.table.ColumnType;
import dev.bams3.table.TableColumn;
import dev.bams3.table.TableWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The depth of targets as a table, a row for each in the order of the request. */
public final class TargetsTable {
    private TargetsTable() {}

    /** @param targets those of the request, in its order */
    public static byte[] of(TargetsRequest request, List<Target> targets) {
        List<Long> thresholds = request.thresholds();
        List<TableColumn> columns = new ArrayList<>(List.of(
                new TableColumn("referenceName", ColumnType.TEXT),
                new TableColumn("start", ColumnType.INT64),
                new TableColumn("end", ColumnType.INT64),
                new TableColumn("mean", ColumnType.FLOAT64),
                new TableColumn("min", ColumnType.INT64),
                new TableColumn("max", ColumnType.INT64)));
        thresholds.forEach(each -> columns.add(new TableColumn("breadth" + each, ColumnType.FLOAT64)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            TableWriter table = TableWriter.begin(request.format(), columns, Map.of(), out);
            for (Target target : targets) {
                table.text(target.region().referenceName())
                        .whole(target.positions().start())
                        .whole(target.positions().end())
                        .real(target.mean())
                        .whole(target.min())
                        .whole(target.max());
                for (int i = 0; i < thresholds.size(); i++) {
                    table.real(target.breadth(i));
                }
                table.endRow();
            }
            table.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
