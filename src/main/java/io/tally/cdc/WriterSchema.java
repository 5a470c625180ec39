package io.tally.cdc;

import io.tally.cdc.avro.AvroSchema;
import io.tally.cdc.avro.MalformedAvro;
import io.tally.cdc.json.JsonTree;
import io.tally.cdc.json.MalformedJson;
import java.util.List;

/** The schema of a registry that records were written with, made ready for reading them. Immutable, for any thread. */
public final class WriterSchema {

    /** A registry's name for schemas in Avro; it may leave it out. */
    public static final String AVRO = "AVRO";

    /** A registry's name for schemas in JSON Schema. */
    public static final String JSON = "JSON";

    /** Of JSON of which nothing is known. */
    static final WriterSchema NO_SCHEMA = new WriterSchema(null, null, null, null);

    private final ColumnNames columns;
    private final AvroSchema avro;
    private final ColumnTypes types;
    private final String fault;

    private WriterSchema(ColumnNames columns, AvroSchema avro, ColumnTypes types, String fault) {
        this.columns = columns;
        this.avro = avro;
        this.types = types;
        this.fault = fault;
    }

    /**
     * Makes a schema ready. If it cannot be read, its records are dead letters that say why.
     *
     * @param type AVRO, JSON, or what else a registry may have
     * @param text the schema
     * @param referenced schemas that it refers to, each after those that it refers to itself
     * @param columns what counts of a row
     */
    public static WriterSchema of(String type, String text, List<String> referenced, ColumnNames columns) {
        try {
            return switch (type) {
                case AVRO -> avro(text, referenced, columns);
                case JSON ->
                    new WriterSchema(columns, null, SchemaTypes.of(JsonTree.parse(text), columns.wanted()), null);
                default -> unknown("is of type " + type + ", but Avro or JSON Schema is needed");
            };
        } catch (UndecodableException | MalformedAvro | MalformedJson e) {
            return unknown("cannot be read, " + e.getMessage());
        }
    }

    private static WriterSchema avro(String text, List<String> referenced, ColumnNames columns) throws MalformedAvro {
        AvroSchema schema = AvroSchema.of(
                text, referenced, new AvroSchema.Wanted(Envelope.names(columns), columns.all(), SourceReader.FIELDS));
        ColumnTypes types = ColumnTypes.texts(columns.wanted().size());
        for (int i = 0; i < columns.wanted().size(); i++) {
            types = types.withUnit(i, schema.unit(columns.wanted().get(i)));
        }
        return new WriterSchema(columns, schema, types, null);
    }

    /** Stands for a schema that there is not. */
    public static WriterSchema unknown(String why) {
        return new WriterSchema(null, null, null, why);
    }

    /** Whether there is no such schema, or none that can be read. */
    public boolean isUnknown() {
        return fault != null;
    }

    /** The fault that keeps it from being used. */
    String fault() {
        return fault;
    }

    /** Whether it was made ready for reading these columns; of nothing there is nothing to be made ready. */
    boolean isFor(ColumnNames names) {
        return columns == null || columns.equals(names);
    }

    /** How to read its records, or null if they are JSON. */
    AvroSchema avro() {
        return avro;
    }

    /** How its columns are written. */
    ColumnTypes types(ColumnTypes otherwise) {
        return types == null ? otherwise : types.over(otherwise);
    }
}
