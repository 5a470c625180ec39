package io.tally.cdc.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON document as maps, lists, strings, decimals, booleans and nulls: for schemas, each of which is read once. Of a name
 * that comes twice the last one counts.
 */
public final class JsonTree {

    private final JsonCursor cursor = new JsonCursor();
    private final byte[] bytes;

    private JsonTree(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws MalformedJson if it is not JSON */
    public static Object parse(String json) throws MalformedJson {
        return parse(json.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws MalformedJson if it is not JSON */
    public static Object parse(byte[] bytes) throws MalformedJson {
        JsonTree tree = new JsonTree(bytes);
        int at = tree.cursor.open(bytes, 0, bytes.length);
        // All of it is checked first, and how deep it nests.
        tree.cursor.end(tree.cursor.endOfValue(at, 0));
        return tree.value(at);
    }

    private Object value(int at) throws MalformedJson {
        return switch (bytes[at]) {
            case '{' -> object(at);
            case '[' -> array(at);
            case '"' -> JsonText.string(bytes, at + 1, cursor.endOfValue(at, 0) - 1);
            case 'n' -> null;
            case 't' -> true;
            case 'f' -> false;
            default -> number(at, cursor.endOfValue(at, 0));
        };
    }

    private Map<String, Object> object(int brace) throws MalformedJson {
        Map<String, Object> members = new LinkedHashMap<>();
        int at = cursor.firstMember(brace);
        while (bytes[at] != '}') {
            int nameEnd = cursor.endOfName(at);
            int valueAt = cursor.valueAfter(nameEnd);
            members.put(JsonText.string(bytes, at + 1, nameEnd), value(valueAt));
            at = cursor.nextMember(cursor.endOfValue(valueAt, 0));
        }
        return members;
    }

    private List<Object> array(int bracket) throws MalformedJson {
        List<Object> elements = new ArrayList<>();
        int at = cursor.firstElement(bracket);
        while (bytes[at] != ']') {
            elements.add(value(at));
            at = cursor.nextElement(cursor.endOfValue(at, 0));
        }
        return elements;
    }

    /** A number that is out of any range is left as it is written. */
    private Object number(int start, int end) {
        String text = new String(bytes, start, end - start, StandardCharsets.US_ASCII);
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException exponentTooLong) {
            return text;
        }
    }
}
