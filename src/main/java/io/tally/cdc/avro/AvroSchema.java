package io.tally.cdc.avro;

import io.tally.cdc.value.ConnectTypes;
import io.tally.cdc.value.EpochUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.Schema.Type;
import org.apache.avro.SystemLimitException;
import org.apache.avro.generic.GenericData;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.FastReaderBuilder;

/**
 * A schema that values were written with, made ready once for reading them: the fields that count are read, and all others
 * passed over. Immutable, for any thread.
 */
public final class AvroSchema {

    /**
     * The fields that count, in the order in which {@link io.tally.cdc.json.Members} have them.
     *
     * @param outermost of the value itself: an envelope, a row, or another message
     * @param row of a row image
     * @param source of the source of a change
     */
    public record Wanted(List<String> outermost, List<String> row, List<String> source) {}

    /** A field that is read: the member that it is, its name as it begins a member in JSON, and its decimals, or NO_DECIMAL. */
    record Read(int member, byte[] name, int scale) {}

    /**
     * The part of a record that is read.
     *
     * @param others how many fields are not read
     * @param namesOfOthers these as JSON, each null, for those who ask for names
     */
    record Part(Read[] fields, int others, byte[] namesOfOthers) {}

    static final int NO_DECIMAL = Integer.MIN_VALUE;

    /** Longest text, or bytes, that are read: spoiled values name any length, and room for that is made first. */
    private static final int LONGEST = 16 * 1024 * 1024;

    /** Most elements of an array or map that are read. */
    private static final int MOST_ELEMENTS = 1 << 16;

    static {
        // Apache's reader looks at them once, when it reads for the first time.
        System.setProperty(SystemLimitException.MAX_BYTES_LENGTH_PROPERTY, Integer.toString(LONGEST));
        System.setProperty(SystemLimitException.MAX_STRING_LENGTH_PROPERTY, Integer.toString(LONGEST));
        System.setProperty(SystemLimitException.MAX_COLLECTION_LENGTH_PROPERTY, Integer.toString(MOST_ELEMENTS));
    }

    private final Schema writer;
    private final DatumReader<Object> reader;
    /** By the record's schema, as it is read. */
    private final Map<Schema, Part> parts = new IdentityHashMap<>();

    private AvroSchema(Schema writer, Wanted wanted) throws IOException {
        this.writer = writer;
        // A schema may name classes for texts to become; whoever may register one must not choose code that runs here.
        this.reader = new FastReaderBuilder(new GenericData())
                .withClassPropEnabled(false)
                .withKeyClassEnabled(false)
                .createDatumReader(writer, outermost(writer, wanted));
    }

    /**
     * Makes a schema ready.
     *
     * @param referenced schemas that it refers to, each after those that it refers to itself
     * @throws MalformedAvro if it is no Avro schema
     */
    public static AvroSchema of(String json, List<String> referenced, Wanted wanted) throws MalformedAvro {
        // Defaults of fields do not matter, since no field is missing.
        Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
        try {
            referenced.forEach(parser::parse);
            Schema schema = parser.parse(json);
            checkArrays(schema, new HashSet<>());
            return new AvroSchema(schema, wanted);
        } catch (IOException | AvroRuntimeException | NullPointerException e) {
            // The last is how the parser ends if a name means nothing.
            throw new MalformedAvro(e.getMessage());
        } catch (StackOverflowError e) {
            throw new MalformedAvro("its types are nested too deeply");
        }
    }

    /** A count of elements that take no byte could keep the reader busy for ever. */
    private static void checkArrays(Schema schema, Set<String> seen) throws MalformedAvro {
        switch (schema.getType()) {
            case ARRAY -> {
                if (mayTakeNoByte(schema.getElementType(), new HashSet<>())) {
                    throw new MalformedAvro("it has an array of elements without content");
                }
                checkArrays(schema.getElementType(), seen);
            }
            case MAP -> checkArrays(schema.getValueType(), seen);
            case UNION -> {
                for (Schema branch : schema.getTypes()) {
                    checkArrays(branch, seen);
                }
            }
            case RECORD -> {
                if (seen.add(schema.getFullName())) {
                    for (Field field : schema.getFields()) {
                        checkArrays(field.schema(), seen);
                    }
                }
            }
            default -> {
                // Holds no other type.
            }
        }
    }

    /** @param seen records that are looked at already; one that takes a byte would have ended it */
    private static boolean mayTakeNoByte(Schema schema, Set<String> seen) {
        return switch (schema.getType()) {
            case NULL -> true;
            case FIXED -> schema.getFixedSize() == 0;
            case RECORD ->
                !seen.add(schema.getFullName())
                        || schema.getFields().stream().allMatch(field -> mayTakeNoByte(field.schema(), seen));
            default -> false;
        };
    }

    DatumReader<Object> reader() {
        return reader;
    }

    /** The part read of a record with the given schema; null if that is all of it, and it is none of a change's parts. */
    Part part(Schema record) {
        return parts.get(record);
    }

    // ---- what is read ----------------------------------------------------------------------------------------------

    private Schema outermost(Schema schema, Wanted wanted) {
        return projected(schema, wanted.outermost, field -> switch (field.name()) {
            case "before", "after" -> projected(field.schema(), wanted.row, Field::schema);
            case "source" -> projected(field.schema(), wanted.source, Field::schema);
            default -> field.schema();
        });
    }

    /** The same schema, but of a record only the fields that count; of a union, of each record in it. */
    private Schema projected(Schema schema, List<String> wanted, Function<Field, Schema> inside) {
        if (schema.isUnion()) {
            return Schema.createUnion(schema.getTypes().stream()
                    .map(branch -> projected(branch, wanted, inside))
                    .toList());
        }
        if (schema.getType() != Type.RECORD) {
            return schema;
        }
        List<Field> fields = new ArrayList<>();
        List<Read> reads = new ArrayList<>();
        StringBuilder others = new StringBuilder();
        for (Field field : schema.getFields()) {
            int member = wanted.indexOf(field.name());
            String name = "\"" + field.name() + "\":";
            if (member >= 0) {
                fields.add(new Field(field.name(), inside.apply(field)));
                reads.add(new Read(member, utf8(name), scale(field.schema())));
            } else {
                others.append(name).append("null,");
            }
        }
        Schema record = Schema.createRecord(schema.getName(), null, schema.getNamespace(), schema.isError(), fields);
        int left = schema.getFields().size() - fields.size();
        parts.put(record, new Part(reads.toArray(Read[]::new), left, utf8(others.toString())));
        return record;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The decimals of unscaled bytes of a type, of a union those of its only branch that has such; else NO_DECIMAL. */
    static int scale(Schema schema) {
        return branches(schema)
                .filter(type -> type.getType() == Type.BYTES || type.getType() == Type.FIXED)
                .filter(type -> "decimal".equals(type.getProp("logicalType"))
                        || ConnectTypes.isDecimal(type.getProp("connect.name")))
                .findFirst()
                .map(AvroSchema::scaleOfDecimal)
                .orElse(NO_DECIMAL);
    }

    /** Avro's own attribute, or else what Connect has noted. */
    private static int scaleOfDecimal(Schema decimal) {
        return decimal.getObjectProp("scale") instanceof Integer scale
                ? scale
                : ConnectTypes.scale(decimal.getObjectProp("connect.parameters"), 0);
    }

    private static Stream<Schema> branches(Schema schema) {
        return schema.isUnion() ? schema.getTypes().stream() : Stream.of(schema);
    }

    // ---- what it says ----------------------------------------------------------------------------------------------

    /** Unit of the numbers in a column of a row, of its images if the schema is an envelope's; null if no type says it. */
    public EpochUnit unit(String column) {
        return Stream.concat(Stream.of(writer), Stream.of("before", "after").flatMap(image -> typesOf(writer, image)))
                .flatMap(row -> typesOf(row, column))
                .map(AvroSchema::unit)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** The types of a field of a record, or of the records in a union. */
    private static Stream<Schema> typesOf(Schema schema, String field) {
        return branches(schema)
                .filter(branch -> branch.getType() == Type.RECORD)
                .map(record -> record.getField(field))
                .filter(Objects::nonNull)
                .flatMap(found -> branches(found.schema()));
    }

    /** By the name that Connect has noted, or else by Avro's. */
    private static EpochUnit unit(Schema type) {
        if (type.getType() != Type.LONG) {
            return null;
        }
        EpochUnit unit = ConnectTypes.unit(type.getProp("connect.name"));
        return unit != null
                ? unit
                : switch (String.valueOf(type.getProp("logicalType"))) {
                    case "timestamp-millis", "local-timestamp-millis" -> EpochUnit.MILLIS;
                    case "timestamp-micros", "local-timestamp-micros" -> EpochUnit.MICROS;
                    case "timestamp-nanos", "local-timestamp-nanos" -> EpochUnit.NANOS;
                    default -> null;
                };
    }
}
