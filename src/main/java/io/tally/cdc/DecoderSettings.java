package io.tally.cdc;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Settings of a decoder, beyond the records themselves.
 *
 * @param key the columns that tell the rows of the table apart
 * @param table the columns that are wanted; asked for each record, and always of the same names
 * @param updates what updates and deletes do
 * @param tables the tables whose changes count, {@code schema.table} or just {@code table}; records of others are passed
 *     over. If none is named, records of any table count
 * @param format how values are written
 * @param schemas the schemas of a registry, or null if there is none to ask
 */
public record DecoderSettings(
        List<String> key,
        Supplier<TableColumns> table,
        UpdateMode updates,
        Set<String> tables,
        RecordFormat format,
        WriterSchemas schemas) {

    /** @throws IllegalArgumentException if Avro is to be read without schemas */
    public DecoderSettings {
        key = List.copyOf(key);
        Objects.requireNonNull(table);
        Objects.requireNonNull(updates);
        Objects.requireNonNull(format);
        tables = Set.copyOf(tables);
        if (format == RecordFormat.AVRO && schemas == null) {
            throw new IllegalArgumentException("Avro cannot be read without schemas");
        }
    }

    /** For JSON without a registry. */
    public DecoderSettings(List<String> key, Supplier<TableColumns> table, UpdateMode updates, Set<String> tables) {
        this(key, table, updates, tables, RecordFormat.AUTO, null);
    }

    /** The same with a registry. */
    public DecoderSettings with(RecordFormat newFormat, WriterSchemas newSchemas) {
        return new DecoderSettings(key, table, updates, tables, newFormat, newSchemas);
    }

    /** For the orders table as the pipeline creates it, with rows taken back. */
    public static DecoderSettings defaults() {
        TableColumns orders = TableColumns.ofOrders();
        return new DecoderSettings(List.of("order_id"), () -> orders, UpdateMode.RETRACT, Set.of());
    }

    /** The columns that are read of a row. */
    ColumnNames names() {
        return new ColumnNames(key, table.get().names());
    }
}
