package io.tally.cdc;

import io.tally.cdc.json.JsonText;
import io.tally.cdc.json.Members;
import io.tally.cdc.value.ExactDecimal;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/**
 * A row before or after a change, as far as its columns are wanted, with what could not be read of them. Reused from record
 * to record: nothing keeps a reference to it beyond the call it was passed to. Texts and large numbers stay in the record
 * until they are asked for.
 */
public final class CapturedRow implements RowImage {

    private static final byte FINITE = 0;
    private static final byte NULL = 1;
    private static final byte NOT_FINITE = 2;
    private static final byte FAR = 3;

    /** The highest state of a value that could be read. */
    private static final byte LAST = FAR;

    private static final ColumnFault[] FAULTS = ColumnFault.values();

    private final RowChange change;
    private final String image;

    private boolean present;
    private TableColumns table;
    private ColumnTypes types;
    private byte[] states = {};
    private long[] units = {};
    private boolean faulty;

    /** Whether none is null, or not finite, or could not be read. */
    private boolean plain;

    /** Where the values are in the record, and what is around them. */
    private int[] starts = {};

    private int[] ends = {};
    private RowReader reader;
    private int start;
    private int end;
    private int sourceStart;
    private int sourceEnd;

    /**
     * @param change that it is part of
     * @param image its name in the envelope, for messages
     */
    CapturedRow(RowChange change, String image) {
        this.change = change;
        this.image = image;
    }

    /** Forgets the row: a change that has no such image. */
    public void clear() {
        present = false;
        faulty = false;
    }

    /** Begins another row, whose columns are to be set each. */
    public void begin(TableColumns newTable) {
        present = true;
        plain = true;
        faulty = false;
        if (table != newTable) {
            table = newTable;
            states = new byte[table.count()];
            units = new long[table.count()];
            starts = new int[table.count()];
            ends = new int[table.count()];
        }
    }

    /**
     * Tells where the row begun lies.
     *
     * @param newReader what reads it, null if it is none of a record's images
     */
    void locate(ColumnTypes newTypes, RowReader newReader, Members row, Members source) {
        // References are seldom others than before, and to write them is not free.
        if (types != newTypes) {
            types = newTypes;
        }
        if (reader != newReader) {
            reader = newReader;
        }
        start = row.start();
        end = row.end();
        sourceStart = source.start();
        sourceEnd = source.isObject() ? source.end() : sourceStart;
    }

    void locate(int column, int valueStart, int valueEnd) {
        starts[column] = valueStart;
        ends[column] = valueEnd;
    }

    /** Sets a value that has units; anything else has them too, but nobody asks. */
    public void setUnits(int column, long value) {
        states[column] = FINITE;
        units[column] = value;
    }

    public void setNull(int column) {
        setState(column, NULL);
    }

    /** Sets a value that is infinite, or no number. */
    public void setNotFinite(int column) {
        setState(column, NOT_FINITE);
    }

    /** Sets a time after the year 294246. */
    public void setFar(int column) {
        setState(column, FAR);
    }

    private void setState(int column, byte state) {
        plain = false;
        states[column] = state;
    }

    /** Notes that a value could not be read. */
    void setFault(int column, ColumnFault fault) {
        setState(column, stateOf(fault));
        faulty = true;
    }

    private static byte stateOf(ColumnFault fault) {
        return (byte) (LAST + 1 + fault.ordinal());
    }

    /** Whether the change has this image. */
    public boolean present() {
        return present;
    }

    /** The columns. */
    public TableColumns table() {
        return table;
    }

    /** A column, as the catalog has it. */
    public SourceColumn column(int column) {
        return table.column(column);
    }

    /** Whether every column has a value to calculate with: none is null, and each is finite and could be read. */
    public boolean isPlain() {
        return plain;
    }

    /** Whether any of the columns could not be read. */
    boolean isFaulty() {
        return faulty;
    }

    /** Whether a column could be read, be its value null or not. */
    boolean isReadable(int column) {
        return states[column] <= LAST;
    }

    /** Whether all of these columns could be read, wherever they are among those of the table. */
    boolean areReadable(List<SourceColumn> wanted) {
        return !isFaulty()
                || wanted.stream()
                        .allMatch(one -> isReadable(table.indexOf(one.ref().name())));
    }

    /** Whether the record has no such column, or not in this image. */
    boolean isMissing(int column) {
        return states[column] == stateOf(ColumnFault.MISSING);
    }

    /** Where a column is in the record, for messages. */
    String path(int column) {
        return reader.path(column(column).ref().name());
    }

    /** The fault of a column that could not be read. Good as long as the record's bytes are. */
    UndecodableException fault(int column) {
        ColumnFault fault = FAULTS[states[column] - LAST - 1];
        String name = column(column).ref().name();
        byte[] record = change.record();
        if (image.equals("before") && (fault == ColumnFault.MISSING || fault == ColumnFault.NULL)) {
            return Faults.noBeforeImage("has no " + name, record, sourceStart, sourceEnd);
        }
        return fault == ColumnFault.MISSING
                ? Faults.missingColumn(path(column), record, start, end)
                : Faults.column(fault, path(column), column(column).type(), record, starts[column], ends[column]);
    }

    @Override
    public boolean isNull(int column) {
        return states[column] == NULL;
    }

    @Override
    public boolean isFinite(int column) {
        return states[column] != NOT_FINITE && states[column] != FAR;
    }

    @Override
    public boolean isFar(int column) {
        return states[column] == FAR;
    }

    @Override
    public long units(int column) {
        return units[column];
    }

    @Override
    public BigDecimal decimal(int column) {
        return units[column] != NumberExpression.OUTSIDE
                ? BigDecimal.valueOf(units[column], table.scale(column))
                : ExactDecimal.read(change.record(), starts[column], ends[column], types.decimals(column));
    }

    @Override
    public String text(int column) {
        String text = JsonText.string(change.record(), starts[column] + 1, ends[column] - 1);
        return column(column).type().kind() == Type.Kind.UUID ? text.toLowerCase(Locale.ROOT) : text;
    }
}
