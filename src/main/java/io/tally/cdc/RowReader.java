package io.tally.cdc;

import io.tally.cdc.json.Members;
import io.tally.cdc.json.TextSlice;
import java.util.List;

/**
 * One row image, {@code before} or {@code after} in the envelope or the record itself: the columns that are wanted. A column
 * that cannot be read is noted in the row, since it may matter to nobody; that a row has no key, or is none at all, matters
 * to all.
 */
final class RowReader {

    private final String image;
    private final int wanted;
    private final int[] key;
    private final List<String> names;
    private final Members members;
    private final TextSlice text = new TextSlice();

    /**
     * @param image name of the image in the envelope, for messages; null for a row that is the record itself
     * @param members where its members lie, the columns first
     */
    RowReader(String image, ColumnNames names, Members members) {
        this.image = image;
        this.names = names.all();
        this.wanted = names.wanted().size();
        this.key = names.key().stream().mapToInt(this.names::indexOf).toArray();
        this.members = members;
    }

    /** Where the image lies in the record. */
    Members members() {
        return members;
    }

    /** Whether there is a row, whatever its columns. An image that has nothing but nulls in them is not thought to be one. */
    boolean isThere(byte[] record) throws UndecodableException {
        if (!isRow(record)) {
            return false;
        }
        for (int column = 0; column < wanted; column++) {
            if (!members.isAbsent(column)) {
                return true;
            }
        }
        return wanted == 0;
    }

    /** How many of the columns are there. */
    int columnsPresent() {
        int found = 0;
        for (int column = 0; column < names.size(); column++) {
            found += members.isPresent(column) ? 1 : 0;
        }
        return found;
    }

    /** Demands that the image is there. */
    void require(byte[] record) throws UndecodableException {
        if (!isRow(record)) {
            throw Faults.missingImage(image);
        }
    }

    /** Gives the change this image's key, which it must have. */
    void fillKey(byte[] record, RowChange change) throws UndecodableException {
        for (int part : key) {
            requireKey(record, part);
        }
        setKey(record, change);
    }

    private void requireKey(byte[] record, int part) throws UndecodableException {
        if (members.isAbsent(part)) {
            throw members.first(part) == Members.MISSING
                    ? Faults.missingColumn(path(names.get(part)), record, members.start(), members.end())
                    : Faults.nullColumn(path(names.get(part)));
        }
        if (members.isString(part)
                && ColumnReader.isUnavailable(record, members.start(part), members.end(part), text)) {
            throw Faults.unavailable(path(names.get(part)));
        }
    }

    /** Gives the change this image's key if it has one, for changes that count nothing. */
    void fillKeyIfAny(byte[] record, RowChange change) {
        for (int part : key) {
            if (members.isAbsent(part)) {
                return;
            }
        }
        setKey(record, change);
    }

    /**
     * Reads the columns of an image that is there.
     *
     * @param readers of the table's columns
     * @param types how they are written
     * @param source what the record says of where it comes from
     */
    void fill(
            byte[] record,
            TableColumns table,
            ColumnReader[] readers,
            ColumnTypes types,
            Members source,
            CapturedRow target) {
        target.begin(table);
        target.locate(types, this, members, source);
        for (int column = 0; column < readers.length; column++) {
            byte first = members.first(column);
            if (first == Members.MISSING) {
                target.setFault(column, ColumnFault.MISSING);
            } else if (first == 'n') {
                fillNull(table, target, column);
            } else {
                int start = members.start(column);
                int end = members.end(column);
                target.locate(column, start, end);
                readers[column].read(record, start, end, types, target, column);
            }
        }
    }

    private static void fillNull(TableColumns table, CapturedRow target, int column) {
        if (table.column(column).ref().nullable()) {
            target.setNull(column);
        } else {
            target.setFault(column, ColumnFault.NULL);
        }
    }

    private boolean isRow(byte[] record) throws UndecodableException {
        if (!members.isAbsent() && !members.isObject()) {
            throw Faults.wrongType(image, record, members.start(), members.end(), "an object");
        }
        return members.isObject();
    }

    /** The bytes as they are, of several columns one behind the other; of a string by itself without its quotes. */
    private void setKey(byte[] record, RowChange change) {
        if (key.length == 1) {
            int quote = members.isString(key[0]) ? 1 : 0;
            int start = members.start(key[0]) + quote;
            change.setKey(record, start, members.end(key[0]) - quote - start);
            return;
        }
        change.beginKey();
        for (int part : key) {
            change.addToKey(record, members.start(part), members.end(part));
        }
    }

    /** Where a column is, for messages. */
    String path(String column) {
        return image == null ? column : image + "." + column;
    }
}
