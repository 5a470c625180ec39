package io.tally.window;

import io.tally.view.SourceColumn;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.util.List;

/**
 * Keys that fit 64 bits together, as one number: the first column is in its highest bits. Numbers are in the order of keys.
 *
 * @param bits how many each column takes
 */
record Packing(int[] columns, int[] bits) {

    /** A packing, or null if these do not fit, or one of them may be NULL. */
    static Packing of(List<SourceColumn> keys) {
        int[] columns = new int[keys.size()];
        int[] bits = new int[keys.size()];
        int sum = 0;
        for (int i = 0; i < columns.length; i++) {
            SourceColumn key = keys.get(i);
            columns[i] = key.ref().index();
            bits[i] = bits(key);
            sum += bits[i];
            if (bits[i] == 0 || sum > Long.SIZE || key.ref().nullable()) {
                return null;
            }
        }
        return new Packing(columns, bits);
    }

    private static int bits(SourceColumn key) {
        return switch (key.type().kind()) {
            case BOOLEAN -> Byte.SIZE;
            case SMALLINT -> Short.SIZE;
            case INTEGER, DATE -> Integer.SIZE;
            case BIGINT, TIMESTAMP, TIMESTAMPTZ -> Long.SIZE;
            default -> 0;
        };
    }

    /** Whether all of it fits 32 bits. */
    boolean isShort() {
        int sum = 0;
        for (int each : bits) {
            sum += each;
        }
        return sum <= Integer.SIZE;
    }

    long pack(RowImage row) {
        long packed = columns.length == 0 ? 0 : row.units(columns[0]);
        if (packed == NumberExpression.OUTSIDE) {
            // One of the two lowest numbers of 64 bits, which have another meaning there.
            packed = row.decimal(columns[0]).longValueExact();
        }
        for (int i = 1; i < columns.length; i++) {
            // Of the lower columns, numbers below zero come first as well.
            packed = (packed << bits[i]) + row.units(columns[i]) + half(i);
        }
        return packed;
    }

    long part(long packed, int column) {
        long left = packed;
        for (int i = columns.length - 1; i > column; i--) {
            left >>= bits[i];
        }
        return column == 0 ? left : (left & 2 * half(column) - 1) - half(column);
    }

    private long half(int column) {
        return 1L << bits[column] - 1;
    }
}
