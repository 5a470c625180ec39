package io.tally.cdc;

import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a decoder has to know beyond the records themselves.
 *
 * @param columns the columns that count
 * @param priceScale decimals of a price unit, 0 to 18: 2 makes units of cents
 * @param updates what updates and deletes do
 * @param tables the tables whose changes count, {@code schema.table} or just {@code table}; records of others are passed
 *     over. If none is named, records of any table count
 * @param types how columns are written where no embedded schema says so; asked for each record
 * @param table what the table's own columns can hold; asked when something cannot be counted
 * @param format how values are written
 * @param schemas the schemas of a registry, or null if there is none to ask
 */
public record DecoderSettings(
        Columns columns,
        int priceScale,
        UpdateMode updates,
        Set<String> tables,
        Supplier<ColumnTypes> types,
        Supplier<TableColumns> table,
        RecordFormat format,
        WriterSchemas schemas) {

    /** Decimals of the price in the orders table as the pipeline creates it. */
    public static final int DEFAULT_PRICE_SCALE = 2;

    /** @throws IllegalArgumentException if the scale is out of range, or Avro is to be read without schemas */
    public DecoderSettings {
        Objects.requireNonNull(format);
        Objects.requireNonNull(columns);
        Objects.requireNonNull(updates);
        Objects.requireNonNull(types);
        Objects.requireNonNull(table);
        tables = Set.copyOf(tables);
        if (priceScale < 0 || priceScale > DecimalText.MAX_SCALE) {
            throw new IllegalArgumentException("scale must be 0 to " + DecimalText.MAX_SCALE + ", scale=" + priceScale);
        }
        if (format == RecordFormat.AVRO && schemas == null) {
            throw new IllegalArgumentException("Avro cannot be read without schemas");
        }
    }

    /** For JSON without a registry. */
    public DecoderSettings(
            Columns columns, int priceScale, UpdateMode updates, Set<String> tables, Supplier<ColumnTypes> types) {
        this(columns, priceScale, updates, tables, types, () -> TableColumns.STRICT, RecordFormat.AUTO, null);
    }

    /** The same with a registry. */
    public DecoderSettings with(RecordFormat newFormat, WriterSchemas newSchemas) {
        return new DecoderSettings(columns, priceScale, updates, tables, types, table, newFormat, newSchemas);
    }

    /** The same with something known of the table. */
    public DecoderSettings with(Supplier<TableColumns> newTable) {
        return new DecoderSettings(columns, priceScale, updates, tables, types, newTable, format, schemas);
    }

    /** For the orders table as the pipeline creates it, with rows taken back. */
    public static DecoderSettings defaults() {
        return new DecoderSettings(
                Columns.defaults(), DEFAULT_PRICE_SCALE, UpdateMode.RETRACT, Set.of(), () -> ColumnTypes.TEXTS);
    }
}
