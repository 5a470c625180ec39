package io.tally.cdc;

import io.tally.cdc.json.CodedText;
import io.tally.cdc.json.Members;
import io.tally.cdc.json.TextSlice;
import java.util.Set;

/** The tables whose changes count, to be found by the names in a record's source. */
final class TableNames {

    private record Table(byte[] schema, byte[] name) {}

    private final Table[] tables;
    private final TextSlice text = new TextSlice();

    /** @param names each {@code schema.table} or just {@code table}; if there are none, all tables count */
    TableNames(Set<String> names) {
        tables = names.stream().map(TableNames::table).toArray(Table[]::new);
    }

    private static Table table(String name) {
        int dot = name.indexOf('.');
        byte[] schema = dot < 0 ? null : CodedText.encode(name.substring(0, dot));
        return new Table(schema, CodedText.encode(name.substring(dot + 1)));
    }

    /**
     * Whether a record says that it is about another table; one that does not say so is not.
     *
     * @param schemaField index of the schema's name among the members
     * @param tableField index of the table's name
     */
    boolean exclude(byte[] record, Members source, int schemaField, int tableField) {
        if (tables.length == 0 || !source.isString(tableField)) {
            return false;
        }
        for (Table table : tables) {
            if (is(record, source, tableField, table.name)
                    && (table.schema == null
                            || !source.isString(schemaField)
                            || is(record, source, schemaField, table.schema))) {
                return false;
            }
        }
        return true;
    }

    private boolean is(byte[] record, Members source, int field, byte[] name) {
        text.take(record, source.start(field), source.end(field));
        return text.is(name);
    }
}
