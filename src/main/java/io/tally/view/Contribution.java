package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.RowImage;
import java.util.List;
import java.util.function.Predicate;

/**
 * Contribution of an image of a row to a view: nothing, or a row in a window. Made once for a view; asking allocates
 * nothing. To which group it belongs and how much it adds is for the totals to say.
 */
public final class Contribution {

    /** Answer of {@link #timeMs} where rows have no time. */
    public static final long NO_TIME = Long.MIN_VALUE;

    private static final int NONE = -1;

    private final int[] numbers;
    private final int[] times;
    private final int[] texts;
    private final int keyBytes;
    /** Where the time is that a window is found by, or {@link #NONE}. */
    private final int timeColumn;

    private final long earliest;
    private final long latest;
    private final Condition where;

    public Contribution(View view) {
        numbers = places(view.columns(), kind -> kind == Type.Kind.NUMERIC);
        times = places(view.columns(), Type.Kind::isTime);
        texts = places(view.keys(), Type.Kind::isCharacter);
        keyBytes = view.keyBytes();
        Window window = view.windowOrAll();
        timeColumn = window.isTimed() ? window.column().index() : NONE;
        earliest = window.lowest();
        latest = window.highest();
        where = view.where();
    }

    /** Why a row contributes nothing whatever WHERE says, or null if that is for WHERE to say. */
    public RowFault fault(RowImage row) {
        for (int column : times) {
            if (!row.isFinite(column)) {
                return row.isFar(column) ? RowFault.TIME_OUT_OF_RANGE : RowFault.INFINITE_TIME;
            }
        }
        for (int column : numbers) {
            if (!row.isFinite(column)) {
                return RowFault.NOT_FINITE;
            }
        }
        return faultOfFinite(row);
    }

    /** The same of a row that has no value but finite ones. */
    public RowFault faultOfFinite(RowImage row) {
        if (timeColumn != NONE) {
            long micros = row.units(timeColumn);
            if (micros < earliest || micros > latest) {
                return RowFault.TIME_OUT_OF_RANGE;
            }
        }
        return texts.length == 0 || textsFit(row) ? null : RowFault.KEY_TOO_LONG;
    }

    private static int[] places(List<SourceColumn> columns, Predicate<Type.Kind> wanted) {
        return columns.stream()
                .filter(column -> wanted.test(column.type().kind()))
                .mapToInt(column -> column.ref().index())
                .toArray();
    }

    private boolean textsFit(RowImage row) {
        int bytes = 0;
        for (int column : texts) {
            bytes += row.isNull(column) ? 0 : bytesInUtf8(row.text(column));
        }
        return bytes <= keyBytes;
    }

    private static int bytesInUtf8(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Of four bytes that a surrogate pair takes, each half has two.
            bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return bytes;
    }

    /** The time of a row without a fault, in ms since 1970, rounded down; it tells the window, and how far the source is. */
    public long timeMs(RowImage row) {
        return timeColumn == NONE ? NO_TIME : Math.floorDiv(row.units(timeColumn), Window.MICROS_PER_MILLI);
    }

    /** Whether a row without a fault counts. */
    public boolean counts(RowImage row) {
        return where == null || where.test(row) == Condition.TRUE;
    }
}
