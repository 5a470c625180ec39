package io.tally.window;

import io.tally.view.SourceColumn;
import io.tally.view.Total;
import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Groups of one partition in one window: for each a signed sum for each of the view's totals. Single writer; not changed
 * any more once it is part of a {@link Batch}. A reader names a group by its slot.
 *
 * <p>Implementation note. Arrays of primitives beside a table of {@link Keys}: with a key of 32 bits and one amount 16 bytes a
 * slot, 20 to 40 a group. Sums are exact: an addition that would leave the range of a long moves what the slot holds to a side
 * map of big numbers and starts the slot again from zero. An amount without a fixed scale is only there.
 */
public final class Groups {

    /** All totals but the first, which counts rows. */
    private final Total[] amounts;

    private Keys keys;
    private int[] rows;
    /** For each slot the sum of each amount, in units of its scale; 0 for one that has none. */
    private long[] sums;
    /** By slot and total, beside what the arrays hold; null for nothing. */
    private Map<Integer, BigDecimal[]> wide;

    /** No group of a view. */
    public Groups(View view) {
        this(view.totals().stream().skip(View.ROWS + 1).toArray(Total[]::new), Keys.of(view.keys()));
    }

    private Groups(Total[] amounts, Keys keys) {
        this.amounts = amounts;
        allocate(keys);
    }

    private Groups(Groups other) {
        amounts = other.amounts;
        keys = other.keys.copy();
        rows = other.rows.clone();
        sums = other.sums.clone();
        if (other.wide != null) {
            wide = new HashMap<>();
            other.wide.forEach((slot, values) -> wide.put(slot, values.clone()));
        }
    }

    /** No group of the same view. */
    Groups empty() {
        return new Groups(amounts, keys.empty(Keys.FEWEST_SLOTS));
    }

    private void allocate(Keys table) {
        keys = table;
        rows = new int[table.width()];
        sums = new long[Math.multiplyExact(table.width(), amounts.length)];
        wide = null;
    }

    // ---- adding ----------------------------------------------------------------------------------------------------

    /**
     * Adds a row to its group, or takes it out.
     *
     * @param sign 1 to count it, -1 to take it back
     * @return whether its group was not in this window yet
     */
    public boolean add(RowImage row, int sign) {
        int before = keys.size();
        int slot = keys.take(row);
        if (slot == Keys.NOWHERE) {
            grow();
            slot = keys.take(row);
        }
        addRows(slot, sign);
        for (int i = 0; i < amounts.length; i++) {
            long units = amounts[i].units(row);
            if (units > NumberExpression.OUTSIDE) {
                addUnits(slot, i, sign * units);
            } else if (units == NumberExpression.OUTSIDE) {
                addExact(slot, 1 + i, amounts[i].exact(row), sign);
            }
        }
        return keys.size() != before;
    }

    /** Adds everything that other groups of the same view hold. */
    public void addAll(Groups other) {
        for (int slot = 0; slot < other.rows.length; slot++) {
            if (other.keys.isUsed(slot)) {
                addOne(other, slot);
            }
        }
    }

    private void addOne(Groups other, int slotOfOther) {
        int slot = keys.take(other.keys, slotOfOther);
        if (slot == Keys.NOWHERE) {
            grow();
            slot = keys.take(other.keys, slotOfOther);
        }
        addRows(slot, other.rows[slotOfOther]);
        for (int i = 0; i < amounts.length; i++) {
            addUnits(slot, i, other.sums[slotOfOther * amounts.length + i]);
        }
        for (int total = 0; total <= amounts.length; total++) {
            addExact(slot, total, other.beside(slotOfOther, total), 1);
        }
    }

    private void addRows(int slot, int count) {
        int held = rows[slot];
        int sum = held + count;
        if (((held ^ sum) & (count ^ sum)) >= 0) {
            rows[slot] = sum;
        } else {
            addWide(slot, View.ROWS, BigDecimal.valueOf((long) held + count));
            rows[slot] = 0;
        }
    }

    private void addUnits(int slot, int amount, long units) {
        int place = slot * amounts.length + amount;
        long held = sums[place];
        long sum = held + units;
        if (((held ^ sum) & (units ^ sum)) >= 0) {
            sums[place] = sum;
        } else {
            int scale = amounts[amount].scale();
            addWide(slot, 1 + amount, BigDecimal.valueOf(held, scale).add(BigDecimal.valueOf(units, scale)));
            sums[place] = 0;
        }
    }

    private void addExact(int slot, int total, BigDecimal value, int sign) {
        if (value != null) {
            addWide(slot, total, sign < 0 ? value.negate() : value);
        }
    }

    private void addWide(int slot, int total, BigDecimal value) {
        if (wide == null) {
            wide = new HashMap<>();
        }
        BigDecimal[] held = wide.computeIfAbsent(slot, added -> new BigDecimal[1 + amounts.length]);
        held[total] = held[total] == null ? value : held[total].add(value);
    }

    private void grow() {
        Keys from = keys;
        int[] oldRows = rows;
        long[] oldSums = sums;
        Map<Integer, BigDecimal[]> oldWide = wide;
        allocate(from.empty(Math.multiplyExact(from.slots(), 2)));
        for (int old = 0; old < oldRows.length; old++) {
            if (from.isUsed(old)) {
                int slot = keys.take(from, old);
                rows[slot] = oldRows[old];
                System.arraycopy(oldSums, old * amounts.length, sums, slot * amounts.length, amounts.length);
                if (oldWide != null && oldWide.containsKey(old)) {
                    wide = wide == null ? new HashMap<>() : wide;
                    wide.put(slot, oldWide.get(old));
                }
            }
        }
    }

    // ---- copies ----------------------------------------------------------------------------------------------------

    /** A copy that does not change with this one: for those who look on without the monitor. */
    Groups copy() {
        return new Groups(this);
    }

    /** A copy that holds the group of a row only, or nothing. */
    Groups only(RowImage row) {
        Groups one = empty();
        int slot = keys.find(row);
        if (slot != Keys.NOWHERE) {
            one.addOne(this, slot);
        }
        return one;
    }

    // ---- looking on ------------------------------------------------------------------------------------------------

    /** Number of groups. */
    public int size() {
        return keys.size();
    }

    /** Passes on the slot of every group that is not zero, in no particular order. */
    public void forEach(IntConsumer visitor) {
        for (int slot = 0; slot < rows.length; slot++) {
            if (!isZero(slot)) {
                visitor.accept(slot);
            }
        }
    }

    /** The same, in the order of their keys. */
    public int[] inOrder() {
        return Arrays.stream(keys.inOrder()).filter(slot -> !isZero(slot)).toArray();
    }

    private boolean isZero(int slot) {
        if (wide != null && wide.containsKey(slot)) {
            return IntStream.rangeClosed(0, amounts.length)
                    .allMatch(total -> sum(slot, total).signum() == 0);
        }
        boolean zero = rows[slot] == 0;
        for (int i = 0; zero && i < amounts.length; i++) {
            zero = sums[slot * amounts.length + i] == 0;
        }
        return zero;
    }

    /** The order of two groups of one view, by their keys: that of PostgreSQL, for texts with the collation "C". */
    public int compare(int slot, Groups other, int slotOfOther) {
        return keys.compare(slot, other.keys, slotOfOther);
    }

    /** The number that a part of a key stands for, as {@link #key} gives it of a key that is one. */
    public static BigDecimal number(SourceColumn key, Object part) {
        return part instanceof BigDecimal large
                ? large
                : BigDecimal.valueOf((Long) part, Math.max(key.type().scale(), 0));
    }

    /**
     * A part of a group's key.
     *
     * @param key its place among the view's keys
     * @return a {@code Long} for what {@link RowImage#units} tells, a {@code BigDecimal} where that does not fit, a
     *     {@code String}, or null
     */
    public Object key(int slot, int key) {
        return keys.part(slot, key);
    }

    /** A sum in units of the total's scale, or {@link NumberExpression#OUTSIDE} where {@link #sum} has to be asked. */
    public long units(int slot, int total) {
        if (beside(slot, total) != null) {
            return NumberExpression.OUTSIDE;
        }
        return inArray(slot, total);
    }

    /** A sum; always right, and slow. */
    public BigDecimal sum(int slot, int total) {
        BigDecimal held = BigDecimal.valueOf(inArray(slot, total), scale(total));
        BigDecimal beside = beside(slot, total);
        return beside == null ? held : held.add(beside);
    }

    /** The scale that a total's units are in; 0 if it has none. */
    public int scale(int total) {
        return total == View.ROWS ? 0 : Math.max(amounts[total - 1].scale(), 0);
    }

    private long inArray(int slot, int total) {
        return total == View.ROWS ? rows[slot] : sums[slot * amounts.length + total - 1];
    }

    private BigDecimal beside(int slot, int total) {
        BigDecimal[] values = wide == null ? null : wide.get(slot);
        return values == null ? null : values[total];
    }
}
