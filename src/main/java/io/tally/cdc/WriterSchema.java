package io.tally.cdc;

import java.util.List;

/** The schema of a registry that records were written with, made ready for reading them. Immutable, for any thread. */
public final class WriterSchema {

    /** What a registry says of schemas in Avro; it may say nothing instead. */
    public static final String AVRO = "AVRO";

    /** What a registry says of schemas in JSON Schema. */
    public static final String JSON = "JSON";

    /** Of JSON of which nothing is known. */
    static final WriterSchema NO_SCHEMA = new WriterSchema(null, null, null, null);

    private final AvroType avro;
    private final EpochUnit avroTime;
    private final SchemaTypes json;
    private final String fault;

    private WriterSchema(AvroType avro, EpochUnit avroTime, SchemaTypes json, String fault) {
        this.avro = avro;
        this.avroTime = avroTime;
        this.json = json;
        this.fault = fault;
    }

    /**
     * Makes a schema ready. If it cannot be read, its records are dead letters that say why.
     *
     * @param type AVRO, JSON, or what else a registry may have
     * @param text the schema
     * @param referenced schemas that it refers to, each after those that it refers to itself
     */
    public static WriterSchema of(String type, String text, List<String> referenced, Columns columns) {
        try {
            return switch (type) {
                case AVRO -> avro(text, referenced, columns);
                case JSON -> new WriterSchema(null, null, new SchemaTypes(JsonTree.parse(text), columns), null);
                default -> unknown("is of type " + type + ", but Avro or JSON Schema is needed");
            };
        } catch (UndecodableException e) {
            return unknown("cannot be read, " + e.getMessage());
        }
    }

    private static WriterSchema avro(String text, List<String> referenced, Columns columns)
            throws UndecodableException {
        AvroSchema schemas = new AvroSchema(new AvroPlan(columns));
        for (String one : referenced) {
            schemas.parse(one);
        }
        AvroType type = schemas.parse(text);
        return new WriterSchema(type, eventTime(type, columns, true), null, null);
    }

    /** Stands for a schema that there is not. */
    public static WriterSchema unknown(String why) {
        return new WriterSchema(null, null, null, why);
    }

    /** Whether there is no such schema, or none that can be read. */
    public boolean isUnknown() {
        return fault != null;
    }

    /** What is wrong with it. */
    String fault() {
        return fault;
    }

    /** How to read its records, or null if they are JSON. */
    AvroType avro() {
        return avro;
    }

    /** How its columns are written. */
    ColumnTypes types(ColumnTypes otherwise) {
        if (json != null) {
            return json.over(otherwise);
        }
        return new ColumnTypes(ColumnTypes.TEXT, ColumnTypes.TEXT, avroTime == null ? otherwise.eventTime() : avroTime);
    }

    /** What the event time counts, if it is a number and its type says so. */
    private static EpochUnit eventTime(AvroType type, Columns columns, boolean outermost) {
        if (type instanceof AvroUnion union) {
            for (AvroType branch : union.branches()) {
                EpochUnit unit = eventTime(branch, columns, outermost);
                if (unit != null) {
                    return unit;
                }
            }
        }
        if (!(type instanceof AvroRecord row)) {
            return null;
        }
        AvroType column = row.typeOf(columns.eventTime());
        EpochUnit unit = column == null ? null : column.unit();
        for (String image : List.of("before", "after")) {
            unit = unit == null && outermost ? eventTime(row.typeOf(image), columns, false) : unit;
        }
        return unit;
    }
}
