package io.tally.cdc.avro;

import io.tally.cdc.json.JsonTree;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.value.ConnectTypes;
import io.tally.cdc.value.EpochUnit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON of Avro schemas. Types that were named in one are known in those that follow. */
public final class AvroSchema {

    private static final int MAX_FIXED = 1 << 24;

    private final AvroPlan plan;
    private final Map<String, AvroType> named = new HashMap<>();

    public AvroSchema(AvroPlan plan) {
        this.plan = plan;
    }

    /** @throws MalformedAvro if it is JSON, but no Avro schema */
    public AvroType parse(String json) throws MalformedAvro, MalformedJson {
        return type(JsonTree.parse(json), "");
    }

    private AvroType type(Object schema, String namespace) throws MalformedAvro {
        return switch (schema) {
            case String name -> reference(name, namespace);
            case List<?> branches -> union(branches, namespace);
            case Map<?, ?> attributes -> complex(attributes, namespace);
            case null, default -> throw new MalformedAvro("expected a type but found " + schema);
        };
    }

    private AvroType reference(String name, String namespace) throws MalformedAvro {
        AvroType primitive = primitive(name);
        if (primitive != null) {
            return primitive;
        }
        AvroType known = named.get(fullName(name, namespace));
        if (known == null) {
            known = named.get(name);
        }
        if (known == null) {
            throw new MalformedAvro("type " + name + " is not defined");
        }
        return known;
    }

    private static AvroType primitive(String name) {
        return switch (name) {
            case "null" -> AvroPrimitive.NULL;
            case "boolean" -> AvroPrimitive.BOOLEAN;
            case "int" -> AvroPrimitive.INT;
            case "long" -> AvroPrimitive.LONG;
            case "float" -> AvroPrimitive.FLOAT;
            case "double" -> AvroPrimitive.DOUBLE;
            case "bytes" -> AvroPrimitive.BYTES;
            case "string" -> AvroPrimitive.STRING;
            default -> null;
        };
    }

    private AvroType union(List<?> branches, String namespace) throws MalformedAvro {
        List<AvroType> types = new ArrayList<>();
        for (Object branch : branches) {
            types.add(type(branch, namespace));
        }
        return new AvroUnion(types);
    }

    private AvroType complex(Map<?, ?> attributes, String namespace) throws MalformedAvro {
        if (!(attributes.get("type") instanceof String kind)) {
            return type(attributes.get("type"), namespace);
        }
        return switch (kind) {
            case "record", "error" -> recordOf(attributes, namespace);
            case "enum" -> named(attributes, namespace, new AvroEnum(strings(attributes, "symbols")));
            case "fixed" -> named(attributes, namespace, fixed(attributes));
            case "array" -> new AvroBlocks(type(attributes.get("items"), namespace), false);
            case "map" -> new AvroBlocks(type(attributes.get("values"), namespace), true);
            case "bytes" ->
                isDecimal(attributes) ? new AvroDecimal(scale(attributes), AvroDecimal.VARIABLE) : AvroPrimitive.BYTES;
            case "long" -> time(attributes);
            default -> reference(kind, namespace);
        };
    }

    private AvroType fixed(Map<?, ?> attributes) throws MalformedAvro {
        int size = number(attributes, "size", -1);
        if (size < 0 || size > MAX_FIXED) {
            throw new MalformedAvro("a size of " + attributes.get("size"));
        }
        return isDecimal(attributes) ? new AvroDecimal(scale(attributes), size) : new AvroFixed(size);
    }

    private AvroType recordOf(Map<?, ?> attributes, String namespace) throws MalformedAvro {
        AvroRecord itself = new AvroRecord();
        named(attributes, namespace, itself);
        String inside = namespaceOf(fullName(attributes, namespace));
        List<String> names = new ArrayList<>();
        List<AvroType> types = new ArrayList<>();
        if (!(attributes.get("fields") instanceof List<?> fields)) {
            throw new MalformedAvro("a record without fields");
        }
        for (Object field : fields) {
            if (!(field instanceof Map<?, ?> of) || !(of.get("name") instanceof String name)) {
                throw new MalformedAvro("a field without a name");
            }
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || names.contains(name)) {
                throw new MalformedAvro("field name " + name + " is not possible, or comes twice");
            }
            names.add(name);
            types.add(type(of.get("type"), inside));
        }
        itself.setFields(names, types, plan);
        return itself;
    }

    private AvroType named(Map<?, ?> attributes, String namespace, AvroType type) throws MalformedAvro {
        named.put(fullName(attributes, namespace), type);
        return type;
    }

    private static String fullName(Map<?, ?> attributes, String namespace) throws MalformedAvro {
        if (!(attributes.get("name") instanceof String name)) {
            throw new MalformedAvro("a type without a name");
        }
        return fullName(name, attributes.get("namespace") instanceof String own ? own : namespace);
    }

    private static String fullName(String name, String namespace) {
        return name.indexOf('.') >= 0 || namespace.isEmpty() ? name : namespace + "." + name;
    }

    private static String namespaceOf(String fullName) {
        return fullName.substring(0, Math.max(0, fullName.lastIndexOf('.')));
    }

    private static List<String> strings(Map<?, ?> attributes, String name) throws MalformedAvro {
        List<String> strings = new ArrayList<>();
        if (attributes.get(name) instanceof List<?> list) {
            for (Object element : list) {
                if (!(element instanceof String text) || !text.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                    throw new MalformedAvro("symbol " + element + " is not possible");
                }
                strings.add(text);
            }
        }
        return strings;
    }

    private static boolean isDecimal(Map<?, ?> attributes) {
        return "decimal".equals(attributes.get("logicalType"))
                || ConnectTypes.isDecimal(attributes.get("connect.name"));
    }

    /** Avro's own attribute, or else what Connect has noted. */
    private static int scale(Map<?, ?> attributes) throws MalformedAvro {
        return number(attributes, "scale", ConnectTypes.scale(attributes.get("connect.parameters"), 0));
    }

    private static int number(Map<?, ?> attributes, String name, int otherwise) throws MalformedAvro {
        Object value = attributes.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return ((BigDecimal) value).intValueExact();
        } catch (ClassCastException | ArithmeticException e) {
            throw new MalformedAvro(name + " " + value + " is no integer");
        }
    }

    /** By the name that Connect has noted, or else by Avro's. */
    private static AvroType time(Map<?, ?> attributes) {
        EpochUnit unit = ConnectTypes.unit(attributes.get("connect.name"));
        if (unit == null) {
            unit = switch (String.valueOf(attributes.get("logicalType"))) {
                case "timestamp-millis", "local-timestamp-millis" -> EpochUnit.MILLIS;
                case "timestamp-micros", "local-timestamp-micros" -> EpochUnit.MICROS;
                case "timestamp-nanos", "local-timestamp-nanos" -> EpochUnit.NANOS;
                default -> null;
            };
        }
        return unit == null ? AvroPrimitive.LONG : new AvroTime(unit);
    }
}
