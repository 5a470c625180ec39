package io.tally.window;

import io.tally.view.SourceColumn;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Keys of any kind, as bytes one after another, each behind its length. Bytes are in the order of keys, numbers of more than
 * 64 bits aside, and equal keys have equal bytes.
 */
final class ByteKeys extends Keys {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int FEWEST_BYTES = 64;
    private static final int LENGTH_BYTES = 2;

    /** Before a value; lower than that of NULL, so that NULLs come last. */
    private static final byte VALUE = 1;

    private static final byte NULL = 2;

    /** Before a number of more than 64 bits. */
    private static final byte LARGE = 3;

    /** Behind a text, which has none of these itself. */
    private static final byte END = 0;

    private final List<SourceColumn> columns;
    /** Where the key begins that is in a slot, plus one. */
    private final int[] starts;

    private final int[] hashes;
    private byte[] bytes;
    /** Where the next key will begin. */
    private int end;

    ByteKeys(List<SourceColumn> columns, int slots) {
        super(slots);
        this.columns = columns;
        starts = new int[slots];
        hashes = new int[slots];
        bytes = new byte[FEWEST_BYTES];
    }

    private ByteKeys(ByteKeys other) {
        super(other);
        columns = other.columns;
        starts = other.starts.clone();
        hashes = other.hashes.clone();
        bytes = other.bytes.clone();
        end = other.end;
    }

    @Override
    int width() {
        return mask + 1;
    }

    @Override
    int take(RowImage row) {
        int start = end;
        append(row);
        int hash = hash(start);
        int slot = search(this, start, hash);
        boolean stays = starts[slot] == 0 && takesRoom();
        int found = starts[slot] == 0 && !stays ? NOWHERE : slot;
        if (stays) {
            starts[slot] = start + 1;
            hashes[slot] = hash;
        } else {
            end = start;
        }
        return found;
    }

    @Override
    int take(Keys other, int slotOfOther) {
        ByteKeys from = (ByteKeys) other;
        int start = from.starts[slotOfOther] - 1;
        int hash = from.hashes[slotOfOther];
        int slot = search(from, start, hash);
        if (starts[slot] != 0) {
            return slot;
        }
        if (!takesRoom()) {
            return NOWHERE;
        }
        int length = LENGTH_BYTES + from.length(start);
        reserve(length);
        System.arraycopy(from.bytes, start, bytes, end, length);
        starts[slot] = end + 1;
        hashes[slot] = hash;
        end += length;
        return slot;
    }

    @Override
    int find(RowImage row) {
        int start = end;
        append(row);
        int slot = search(this, start, hash(start));
        end = start;
        return starts[slot] == 0 ? NOWHERE : slot;
    }

    /** The slot that holds a key that lies somewhere, or the empty one where it belongs. */
    private int search(ByteKeys from, int start, int hash) {
        int slot = firstSlot(hash);
        while (starts[slot] != 0 && !(hashes[slot] == hash && equals(starts[slot] - 1, from, start))) {
            slot = nextSlot(slot);
        }
        return slot;
    }

    private boolean equals(int start, ByteKeys other, int startOfOther) {
        return Arrays.equals(
                bytes,
                start,
                start + LENGTH_BYTES + length(start),
                other.bytes,
                startOfOther,
                startOfOther + LENGTH_BYTES + other.length(startOfOther));
    }

    private int hash(int start) {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    private int length(int start) {
        return Byte.toUnsignedInt(bytes[start]) << Byte.SIZE | Byte.toUnsignedInt(bytes[start + 1]);
    }

    @Override
    boolean isUsed(int slot) {
        return starts[slot] != 0;
    }

    @Override
    ByteKeys empty(int slots) {
        return new ByteKeys(columns, slots);
    }

    @Override
    ByteKeys copy() {
        return new ByteKeys(this);
    }

    @Override
    int compare(int slot, Keys other, int slotOfOther) {
        ByteKeys second = (ByteKeys) other;
        int from = starts[slot] - 1;
        int fromOfOther = second.starts[slotOfOther] - 1;
        return Arrays.compareUnsigned(
                bytes,
                from + LENGTH_BYTES,
                from + LENGTH_BYTES + length(from),
                second.bytes,
                fromOfOther + LENGTH_BYTES,
                fromOfOther + LENGTH_BYTES + second.length(fromOfOther));
    }

    @Override
    int[] inOrder() {
        return IntStream.range(0, width())
                .filter(this::isUsed)
                .boxed()
                .sorted((one, other) -> compare(one, this, other))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    // ---- what the bytes say ----------------------------------------------------------------------------------------

    /** Writes a row's key behind all others. */
    private void append(RowImage row) {
        int start = end;
        reserve(LENGTH_BYTES);
        end += LENGTH_BYTES;
        for (SourceColumn column : columns) {
            int index = column.ref().index();
            reserve(1 + Long.BYTES);
            if (column.ref().nullable() && row.isNull(index)) {
                bytes[end++] = NULL;
            } else if (isText(column)) {
                appendText(row.text(index));
            } else {
                appendNumber(row, column);
            }
        }
        int length = end - start - LENGTH_BYTES;
        bytes[start] = (byte) (length >> Byte.SIZE);
        bytes[start + 1] = (byte) length;
    }

    private void appendNumber(RowImage row, SourceColumn column) {
        long units = row.units(column.ref().index());
        if (units != NumberExpression.OUTSIDE) {
            bytes[end] = VALUE;
            LONG.set(bytes, end + 1, units ^ Long.MIN_VALUE);
            end += 1 + Long.BYTES;
            return;
        }
        byte[] unscaled = row.decimal(column.ref().index())
                .setScale(scale(column))
                .unscaledValue()
                .toByteArray();
        reserve(1 + LENGTH_BYTES + unscaled.length);
        bytes[end++] = LARGE;
        bytes[end++] = (byte) (unscaled.length >> Byte.SIZE);
        bytes[end++] = (byte) unscaled.length;
        System.arraycopy(unscaled, 0, bytes, end, unscaled.length);
        end += unscaled.length;
    }

    private void appendText(String text) {
        reserve(2 + 3 * text.length());
        bytes[end++] = VALUE;
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i);
            if (c < 0x80) {
                bytes[end++] = (byte) c;
            } else {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(rest, 0, bytes, end, rest.length);
                end += rest.length;
                break;
            }
        }
        bytes[end++] = END;
    }

    private void reserve(int more) {
        int needed = Math.addExact(end, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
    }

    @Override
    Object part(int slot, int column) {
        int at = starts[slot] - 1 + LENGTH_BYTES;
        for (int i = 0; i < column; i++) {
            at = behind(at, columns.get(i));
        }
        SourceColumn wanted = columns.get(column);
        if (bytes[at] == NULL) {
            return null;
        }
        int next = behind(at, wanted);
        if (isText(wanted)) {
            return new String(bytes, at + 1, next - 1 - (at + 1), StandardCharsets.UTF_8);
        }
        if (bytes[at] == LARGE) {
            int from = at + 1 + LENGTH_BYTES;
            BigInteger unscaled = new BigInteger(bytes, from, next - from);
            return new BigDecimal(unscaled, scale(wanted));
        }
        return (long) LONG.get(bytes, at + 1) ^ Long.MIN_VALUE;
    }

    /** Where the part begins that comes after the one of a column. */
    private int behind(int at, SourceColumn column) {
        if (bytes[at] == NULL) {
            return at + 1;
        }
        if (bytes[at] == LARGE) {
            return at + 1 + LENGTH_BYTES + length(at + 1);
        }
        if (!isText(column)) {
            return at + 1 + Long.BYTES;
        }
        int end = at + 1;
        while (bytes[end] != END) {
            end++;
        }
        return end + 1;
    }

    private static int scale(SourceColumn column) {
        return Math.max(column.type().scale(), 0);
    }

    private static boolean isText(SourceColumn column) {
        return column.type().kind().isText();
    }
}
