package io.tally.cdc;

import io.tally.window.OrderChange;
import io.tally.window.RowImage;
import io.tally.window.ValueFault;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * One row image, {@code before} or {@code after} in the envelope or the record itself: the columns that count, to numbers.
 *
 * <p>A value that cannot be counted is a fault of the row if the table can hold it: the image then contributes nothing. If
 * it cannot, something is wrong with the record, and nothing of it is believed. Of a row whose event time is in no window
 * no other value is read.
 */
final class RowReader {

    private static final int ORDER_ID = 0;
    private static final int CUSTOMER_ID = 1;
    private static final int QUANTITY = 2;
    private static final int PRICE = 3;
    private static final int EVENT_TIME = 4;
    private static final int FIRST_VALUE = CUSTOMER_ID;
    private static final int COLUMNS = 5;

    /** What Debezium writes for a large value that did not change and that PostgreSQL therefore did not log. */
    private static final byte[] UNAVAILABLE = "__debezium_unavailable_value".getBytes(StandardCharsets.US_ASCII);

    private final String image;
    private final String[] columns;
    private final int priceScale;
    private final Supplier<TableColumns> table;
    private final Members members;
    private final DecimalReader price;
    private final DecimalReader quantity = new DecimalReader(0);
    private final TextSlice text = new TextSlice();

    /** What is wrong with a value that was read since this was null. */
    private ValueFault fault;

    /**
     * @param image name of the image in the envelope, for messages; null for a row that is the record itself
     * @param members where its members lie, the columns first
     */
    RowReader(String image, DecoderSettings settings, Members members) {
        this.image = image;
        this.columns = settings.columns().names().toArray(new String[0]);
        this.priceScale = settings.priceScale();
        this.table = settings.table();
        this.members = members;
        this.price = new DecimalReader(priceScale);
    }

    /** Where the image lies in the record, for error messages. */
    Members members() {
        return members;
    }

    /**
     * The first column whose value has to be known to take the row back, but is not there, or null without being able to;
     * null if the image is whole. An image that is itself missing or null, or has nothing but nulls, lacks every column.
     *
     * @throws UndecodableException if something else than an object stands in the image's place
     */
    String lacking(byte[] record) throws UndecodableException {
        if (!isRow(record)) {
            return columns[FIRST_VALUE];
        }
        String lacking = null;
        boolean empty = true;
        for (int column = COLUMNS - 1; column >= FIRST_VALUE; column--) {
            boolean absent = members.isAbsent(column);
            lacking = absent && !isNullInTable(column) ? columns[column] : lacking;
            empty &= absent;
        }
        return empty ? columns[FIRST_VALUE] : lacking;
    }

    /** How many of the columns are there. */
    int columnsPresent() {
        int found = 0;
        for (int column = 0; column < COLUMNS; column++) {
            found += members.isPresent(column) ? 1 : 0;
        }
        return found;
    }

    /** Demands that the image is there with all its values. */
    void requireWhole(byte[] record) throws UndecodableException {
        if (!isRow(record)) {
            throw Faults.missingImage(image);
        }
        for (int column = FIRST_VALUE; column < COLUMNS; column++) {
            require(record, column);
        }
    }

    /** Gives the change this image's order id, which it must have. */
    void fillOrderId(byte[] record, OrderChange change) throws UndecodableException {
        require(record, ORDER_ID);
        if (members.isString(ORDER_ID) && isUnavailable(record, ORDER_ID)) {
            throw Faults.unavailable(path(ORDER_ID));
        }
        setOrderId(record, change);
    }

    /** Gives the change this image's order id if it has one, for changes that count nothing. */
    void fillOrderIdIfAny(byte[] record, OrderChange change) {
        if (!members.isAbsent(ORDER_ID)) {
            setOrderId(record, change);
        }
    }

    /** Reads the values of a whole image. */
    void fill(byte[] record, ColumnTypes types, RowImage target) throws UndecodableException {
        fault = null;
        long eventTimeMs = eventTime(record, types.eventTime());
        if (fault == null) {
            int customerId = integer(record, CUSTOMER_ID);
            int pieces = quantity(record, types.quantityDecimals());
            long priceUnits = price(record, types.priceDecimals());
            if (fault == null) {
                target.set(eventTimeMs, customerId, pieces, priceUnits);
                return;
            }
        }
        target.setFault(fault);
    }

    private boolean isRow(byte[] record) throws UndecodableException {
        if (!members.isAbsent() && !members.isObject()) {
            throw Faults.wrongType(image, record, members);
        }
        return members.isObject();
    }

    private void require(byte[] record, int column) throws UndecodableException {
        if (members.isAbsent(column) && !isNullInTable(column)) {
            throw members.first(column) == Members.MISSING
                    ? Faults.missingColumn(path(column), record, members)
                    : Faults.nullColumn(path(column));
        }
    }

    /** Whether a column is null, as it can be in the table. */
    private boolean isNullInTable(int column) {
        return members.isPresent(column)
                && column != ORDER_ID
                && inTable(column).nullable();
    }

    private TableColumns.Column inTable(int column) {
        TableColumns found = table.get();
        return switch (column) {
            case CUSTOMER_ID -> found.customerId();
            case QUANTITY -> found.quantity();
            case PRICE -> found.price();
            default -> found.eventTime();
        };
    }

    /** The bytes of a string without its quotes, of anything else as it is. */
    private void setOrderId(byte[] record, OrderChange change) {
        int quote = members.isString(ORDER_ID) ? 1 : 0;
        int start = members.start(ORDER_ID) + quote;
        change.setOrderId(record, start, members.end(ORDER_ID) - quote - start);
    }

    private long eventTime(byte[] record, EpochUnit unit) throws UndecodableException {
        long timeMs;
        if (members.isString(EVENT_TIME)) {
            timeMs = eventTimeText(record);
        } else if (members.isNumber(EVENT_TIME) && unit != null) {
            timeMs = eventTimeNumber(record, unit);
        } else if (members.isAbsent(EVENT_TIME)) {
            return nothing(ValueFault.NULL_VALUE);
        } else {
            throw Faults.noTime(path(EVENT_TIME), record, members, EVENT_TIME);
        }
        if (timeMs == TimeText.IMPOSSIBLE) {
            throw members.isString(EVENT_TIME) && isUnavailable(record, EVENT_TIME)
                    ? Faults.unavailable(path(EVENT_TIME))
                    : Faults.impossibleTime(path(EVENT_TIME), record, members, EVENT_TIME);
        }
        if (timeMs == TimeText.INFINITE) {
            return nothing(ValueFault.INFINITE_TIME);
        }
        return timeMs == TimeText.OUT_OF_RANGE ? nothing(ValueFault.TIME_OUT_OF_RANGE) : timeMs;
    }

    private long eventTimeText(byte[] record) {
        long timeMs = TimeText.parse(record, members.start(EVENT_TIME) + 1, members.end(EVENT_TIME) - 1);
        if (timeMs == TimeText.IMPOSSIBLE) {
            text.take(record, members.start(EVENT_TIME), members.end(EVENT_TIME));
            timeMs = TimeText.parse(text.bytes(), text.from(), text.to());
        }
        return timeMs;
    }

    private long eventTimeNumber(byte[] record, EpochUnit unit) {
        int start = members.start(EVENT_TIME);
        int end = members.end(EVENT_TIME);
        boolean known = IntegerText.isInteger(record, start, end) && IntegerText.fits(record, start, end);
        return known ? unit.toMillis(IntegerText.value(record, start, end)) : TimeText.IMPOSSIBLE;
    }

    /** An integer as one may be written that is a decimal in the database: without decimals, or with zeros only. */
    private int quantity(byte[] record, int decimals) throws UndecodableException {
        int start = members.start(QUANTITY);
        if (members.isNumber(QUANTITY) && IntegerText.isInteger(record, start, members.end(QUANTITY))) {
            return integer(record, QUANTITY);
        }
        DecimalFault against = quantity.read(record, members, QUANTITY, decimals);
        if (against == null) {
            return inInteger(record, QUANTITY, quantity.units());
        }
        ValueFault ofRow = faultOfRow(against, QUANTITY);
        if (ofRow != null) {
            return nothing(ofRow);
        }
        if (against == DecimalFault.OUT_OF_RANGE) {
            throw outOfInteger(record, QUANTITY);
        }
        throw members.isString(QUANTITY) && isUnavailable(record, QUANTITY)
                ? Faults.unavailable(path(QUANTITY))
                : wrongType(record, QUANTITY, "an integer");
    }

    private int integer(byte[] record, int column) throws UndecodableException {
        int start = members.start(column);
        int end = members.end(column);
        if (!members.isNumber(column) || !IntegerText.isInteger(record, start, end)) {
            if (members.isAbsent(column)) {
                return nothing(ValueFault.NULL_VALUE);
            }
            throw members.isString(column) && isUnavailable(record, column)
                    ? Faults.unavailable(path(column))
                    : wrongType(record, column, "an integer");
        }
        long value = IntegerText.fits(record, start, end) ? IntegerText.value(record, start, end) : Long.MAX_VALUE;
        return inInteger(record, column, value);
    }

    private int inInteger(byte[] record, int column, long value) throws UndecodableException {
        if (value == (int) value) {
            return (int) value;
        }
        if (inTable(column).large()) {
            return nothing(ValueFault.NUMBER_OUT_OF_RANGE);
        }
        throw outOfInteger(record, column);
    }

    private long price(byte[] record, int decimals) throws UndecodableException {
        DecimalFault against = price.read(record, members, PRICE, decimals);
        if (against == null) {
            return price.units();
        }
        ValueFault ofRow = faultOfRow(against, PRICE);
        if (ofRow != null) {
            return nothing(ofRow);
        }
        if (against == DecimalFault.WRONG_TYPE) {
            throw wrongType(record, PRICE, "decimal text, a number, or unscaled bytes");
        }
        throw members.isString(PRICE) && isUnavailable(record, PRICE)
                ? Faults.unavailable(path(PRICE))
                : Faults.price(against, path(PRICE), record, members, PRICE, priceScale);
    }

    /** What is wrong with the row, if the table can hold such a value; else null. */
    private ValueFault faultOfRow(DecimalFault against, int column) {
        return switch (against) {
            case NOT_FINITE -> ValueFault.NOT_FINITE;
            case TOO_FINE -> inTable(column).fine() ? ValueFault.FINER_NUMBER : null;
            case OUT_OF_RANGE -> inTable(column).large() ? ValueFault.NUMBER_OUT_OF_RANGE : null;
            case WRONG_TYPE -> members.isAbsent(column) ? ValueFault.NULL_VALUE : null;
            case NO_NUMBER -> null;
        };
    }

    /** Stands for a value that is not counted with. */
    private int nothing(ValueFault why) {
        fault = why;
        return 0;
    }

    private UndecodableException outOfInteger(byte[] record, int column) {
        return Faults.outOfRange(path(column), record, members, column, "an integer of 32 bits");
    }

    /** Whether a string holds the placeholder; six bytes is the longest way to write one of its letters. */
    private boolean isUnavailable(byte[] record, int column) {
        int length = members.end(column) - members.start(column) - 2;
        if (length < UNAVAILABLE.length || length > 6 * UNAVAILABLE.length) {
            return false;
        }
        text.take(record, members.start(column), members.end(column));
        return text.is(UNAVAILABLE);
    }

    private UndecodableException wrongType(byte[] record, int column, String expected) {
        return Faults.wrongType(path(column), record, members, column, expected);
    }

    private String path(int column) {
        return image == null ? columns[column] : image + "." + columns[column];
    }
}
