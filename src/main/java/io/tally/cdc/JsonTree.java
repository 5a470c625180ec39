package io.tally.cdc;

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
final class JsonTree {

    private final JsonCursor cursor = new JsonCursor();
    private final byte[] bytes;

    private JsonTree(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws UndecodableException if it is not JSON */
    static Object parse(String json) throws UndecodableException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        JsonTree tree = new JsonTree(bytes);
        int at = tree.cursor.open(bytes, 0, bytes.length);
        // All of it is checked first, and how deep it nests.
        tree.cursor.end(tree.cursor.endOfValue(at, 0));
        return tree.value(at);
    }

    private Object value(int at) throws UndecodableException {
        return switch (bytes[at]) {
            case '{' -> object(at);
            case '[' -> array(at);
            case '"' -> text(at, cursor.endOfValue(at, 0));
            case 'n' -> null;
            case 't' -> true;
            case 'f' -> false;
            default -> number(at, cursor.endOfValue(at, 0));
        };
    }

    private Map<String, Object> object(int brace) throws UndecodableException {
        Map<String, Object> members = new LinkedHashMap<>();
        int at = cursor.firstMember(brace);
        while (bytes[at] != '}') {
            int nameEnd = cursor.endOfName(at);
            int valueAt = cursor.valueAfter(nameEnd);
            members.put(text(at, nameEnd + 1), value(valueAt));
            at = cursor.nextMember(cursor.endOfValue(valueAt, 0));
        }
        return members;
    }

    private List<Object> array(int bracket) throws UndecodableException {
        List<Object> elements = new ArrayList<>();
        int at = cursor.firstElement(bracket);
        while (bytes[at] != ']') {
            elements.add(value(at));
            at = cursor.nextElement(cursor.endOfValue(at, 0));
        }
        return elements;
    }

    private BigDecimal number(int start, int end) throws UndecodableException {
        try {
            return new BigDecimal(new String(bytes, start, end - start, StandardCharsets.US_ASCII));
        } catch (NumberFormatException exponentTooLong) {
            throw Faults.unreadableSchema("it holds a number that is out of any range");
        }
    }

    private String text(int start, int end) {
        StringBuilder text = new StringBuilder();
        int at = start + 1;
        while (at < end - 1) {
            int plain = at;
            while (plain < end - 1 && bytes[plain] != '\\') {
                plain++;
            }
            text.append(new String(bytes, at, plain - at, StandardCharsets.UTF_8));
            at = plain;
            if (at < end - 1) {
                text.append((char) JsonText.escapedUnit(bytes, at, end));
                at += bytes[at + 1] == 'u' ? 6 : 2;
            }
        }
        return text.toString();
    }
}
