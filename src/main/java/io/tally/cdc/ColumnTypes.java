package io.tally.cdc;

import io.tally.cdc.value.DecimalReader;
import io.tally.cdc.value.EpochUnit;
import java.util.Arrays;

/** How columns are written, as far as JSON does not tell, by their places among those that are wanted. Immutable. */
public final class ColumnTypes {

    /** A string in place of a number holds decimal text. */
    public static final int TEXT = DecimalReader.TEXT;

    private static final int UNKNOWN = TEXT + 1;

    private final int[] decimals;
    private final EpochUnit[] units;

    private ColumnTypes(int[] decimals, EpochUnit[] units) {
        this.decimals = decimals;
        this.units = units;
    }

    /** For decimals as text and times as text. */
    public static ColumnTypes texts(int columns) {
        return all(columns, TEXT);
    }

    /** For columns of which nothing is known yet. */
    static ColumnTypes unknown(int columns) {
        return all(columns, UNKNOWN);
    }

    private static ColumnTypes all(int columns, int decimals) {
        int[] all = new int[columns];
        Arrays.fill(all, decimals);
        return new ColumnTypes(all, new EpochUnit[columns]);
    }

    /** The same, but for the decimals of one column: of unscaled bytes in base64, or {@link #TEXT}. */
    public ColumnTypes withDecimals(int column, int newDecimals) {
        int[] changed = decimals.clone();
        changed[column] = newDecimals;
        return new ColumnTypes(changed, units);
    }

    /** The same, but for the unit of a time in one column that is a number. */
    public ColumnTypes withUnit(int column, EpochUnit newUnit) {
        EpochUnit[] changed = units.clone();
        changed[column] = newUnit;
        return new ColumnTypes(decimals, changed);
    }

    /** The same, and of what is not known what others say. */
    ColumnTypes over(ColumnTypes otherwise) {
        ColumnTypes both = this;
        for (int i = 0; i < decimals.length; i++) {
            both = decimals[i] == UNKNOWN ? both.withDecimals(i, otherwise.decimals[i]) : both;
            both = units[i] == null ? both.withUnit(i, otherwise.units[i]) : both;
        }
        return both;
    }

    /** The same as {@link #decimals(int)}, or something else if it is not known. */
    int decimals(int column, int ifUnknown) {
        return decimals[column] == UNKNOWN ? ifUnknown : decimals[column];
    }

    /** Decimals where a string of the column holds unscaled bytes in base64, or {@link #TEXT}. */
    int decimals(int column) {
        return decimals[column];
    }

    /** The unit of a time that is a number, or null if it is not known. */
    EpochUnit unit(int column) {
        return units[column];
    }
}
