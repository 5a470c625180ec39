package io.tally.cdc;

import io.tally.window.OrderChange;
import io.tally.window.RowImage;
import java.nio.charset.StandardCharsets;

/**
 * One row image, {@code before} or {@code after} in the envelope or the record itself: the columns that count, to numbers.
 *
 * <p>An image whose event time is infinite contributes nothing. Its columns still have to be there and not null, as a
 * row of the table has them, but of customer, quantity and price no value is read.
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
    private final Members members;
    private final DecimalReader price;
    private final DecimalReader quantity = new DecimalReader(0);
    private final TextSlice text = new TextSlice();

    /**
     * @param image name of the image in the envelope, for messages; null for a row that is the record itself
     * @param members where its members lie, the columns first
     */
    RowReader(String image, DecoderSettings settings, Members members) {
        this.image = image;
        this.columns = settings.columns().names().toArray(new String[0]);
        this.priceScale = settings.priceScale();
        this.members = members;
        this.price = new DecimalReader(priceScale);
    }

    /** Where the image lies in the record, for error messages. */
    Members members() {
        return members;
    }

    /**
     * The first column whose value has to be known to take the row back, but is not there or null; null if the image is
     * whole. An image that is itself missing or null lacks every column.
     *
     * @throws UndecodableException if something else than an object stands in the image's place
     */
    String lacking(byte[] record) throws UndecodableException {
        if (!isRow(record)) {
            return columns[FIRST_VALUE];
        }
        for (int column = FIRST_VALUE; column < COLUMNS; column++) {
            if (members.isAbsent(column)) {
                return columns[column];
            }
        }
        return null;
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
        if (!members.isString(ORDER_ID)) {
            throw wrongType(record, ORDER_ID, "a string");
        }
        if (isUnavailable(record, ORDER_ID)) {
            throw Faults.unavailable(path(ORDER_ID));
        }
        setOrderId(record, change);
    }

    /** Gives the change this image's order id if it has one, for changes that count nothing. */
    void fillOrderIdIfAny(byte[] record, OrderChange change) {
        if (members.isString(ORDER_ID)) {
            setOrderId(record, change);
        }
    }

    /** Reads the values of a whole image. */
    void fill(byte[] record, ColumnTypes types, RowImage target) throws UndecodableException {
        long eventTimeMs = eventTime(record, types.eventTime());
        if (eventTimeMs == TimeText.INFINITE) {
            target.setInfinite();
            return;
        }
        int customerId = integer(record, CUSTOMER_ID);
        int pieces = quantity(record, types.quantityDecimals());
        target.set(eventTimeMs, customerId, pieces, price(record, types.priceDecimals()));
    }

    private boolean isRow(byte[] record) throws UndecodableException {
        if (!members.isAbsent() && !members.isObject()) {
            throw Faults.wrongType(image, record, members);
        }
        return members.isObject();
    }

    private void require(byte[] record, int column) throws UndecodableException {
        if (members.isAbsent(column)) {
            throw members.first(column) == Members.MISSING
                    ? Faults.missingColumn(path(column), record, members)
                    : Faults.nullColumn(path(column));
        }
    }

    private void setOrderId(byte[] record, OrderChange change) {
        int start = members.start(ORDER_ID) + 1;
        change.setOrderId(record, start, members.end(ORDER_ID) - 1 - start);
    }

    private long eventTime(byte[] record, EpochUnit unit) throws UndecodableException {
        long timeMs;
        if (members.isString(EVENT_TIME)) {
            timeMs = eventTimeText(record);
        } else if (members.isNumber(EVENT_TIME) && unit != null) {
            timeMs = eventTimeNumber(record, unit);
        } else {
            throw Faults.noTime(path(EVENT_TIME), record, members, EVENT_TIME);
        }
        if (timeMs == TimeText.IMPOSSIBLE) {
            throw members.isString(EVENT_TIME) && isUnavailable(record, EVENT_TIME)
                    ? Faults.unavailable(path(EVENT_TIME))
                    : Faults.impossibleTime(path(EVENT_TIME), record, members, EVENT_TIME);
        }
        return timeMs;
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
        DeadLetterReason against = quantity.read(record, members, QUANTITY, decimals);
        if (against == null && quantity.units() == (int) quantity.units()) {
            return (int) quantity.units();
        }
        if (against == null || against == DeadLetterReason.NUMBER_OUT_OF_RANGE) {
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
            throw members.isString(column) && isUnavailable(record, column)
                    ? Faults.unavailable(path(column))
                    : wrongType(record, column, "an integer");
        }
        long value = IntegerText.fits(record, start, end) ? IntegerText.value(record, start, end) : Long.MAX_VALUE;
        if (value != (int) value) {
            throw outOfInteger(record, column);
        }
        return (int) value;
    }

    private long price(byte[] record, int decimals) throws UndecodableException {
        DeadLetterReason against = price.read(record, members, PRICE, decimals);
        if (against == null) {
            return price.units();
        }
        if (against == DeadLetterReason.WRONG_TYPE) {
            throw wrongType(record, PRICE, "decimal text, a number, or unscaled bytes");
        }
        throw members.isString(PRICE) && isUnavailable(record, PRICE)
                ? Faults.unavailable(path(PRICE))
                : Faults.price(against, path(PRICE), record, members, PRICE, priceScale);
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
