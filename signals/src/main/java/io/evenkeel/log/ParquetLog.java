package io.evenkeel.log;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnSchema;
import io.evenkeel.InputException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads the flat columns of a Parquet file: numbers, texts that tell runs apart, and times.
final class ParquetLog implements LogReader {
    private final InputFile file;
    private final RunStreams streams;
    private final NamedRows rows;

    ParquetLog(InputFile file, RunStreams streams) {
        this.file = file;
        this.streams = streams;
        this.rows = new NamedRows(streams, new SeriesMapping(streams.options(), Map.of()));
    }

    private record Column(int index, String name, PhysicalType type, boolean time, boolean text) {}

    @Override
    @SuppressWarnings("CatchingUnchecked") // what the library throws on damage is not declared
    public void read(boolean last) throws IOException {
        try (var reader = ParquetFileReader.open(file)) {
            var columns = columns(reader.getFileSchema().getColumns());
            try (var values = reader.rowReader()) {
                while (values.hasNext()) {
                    values.next();
                    rows.add(row(values, columns));
                }
            }
        } catch (InputException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            // A missing codec shows as a class that is not found.
            throw new InputException(streams.id() + " cannot be read as Parquet: " + e.getMessage(), e);
        }
        rows.caughtUp();
    }

    private List<Column> columns(List<ColumnSchema> schemas) {
        var columns = new ArrayList<Column>();
        var nested = 0;
        for (var schema : schemas) {
            if (schema.maxRepetitionLevel() > 0 || schema.fieldPath().elements().size() > 1) {
                nested++;
                continue;
            }
            var time = schema.logicalType() instanceof LogicalType.TimestampType;
            var text = schema.type() == PhysicalType.BYTE_ARRAY;
            if (time || text || isNumber(schema)) {
                columns.add(new Column(schema.columnIndex(), schema.name(), schema.type(), time, text));
            }
        }
        if (nested > 0) {
            streams.note(nested + " nested columns were passed over");
        }
        return columns;
    }

    private static boolean isNumber(ColumnSchema schema) {
        return switch (schema.type()) {
            case BOOLEAN, INT32, INT64, FLOAT, DOUBLE -> !(schema.logicalType() instanceof LogicalType.DecimalType);
            case INT96, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> false;
        };
    }

    private static Row row(RowReader values, List<Column> columns) {
        var row = new Row();
        for (var column : columns) {
            var i = column.index();
            if (values.isNull(i)) {
                continue;
            }
            if (column.time()) {
                row.number(column.name(), seconds(values.getTimestamp(i)));
            } else if (column.text()) {
                row.text(column.name(), values.getString(i));
            } else {
                row.number(column.name(), number(values, column));
            }
        }
        return row;
    }

    private static double seconds(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    private static double number(RowReader values, Column column) {
        return switch (column.type()) {
            case BOOLEAN -> values.getBoolean(column.index()) ? 1 : 0;
            case INT32 -> values.getInt(column.index());
            case INT64 -> values.getLong(column.index());
            case FLOAT -> values.getFloat(column.index());
            case DOUBLE -> values.getDouble(column.index());
            case INT96, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> throw new AssertionError(column);
        };
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
