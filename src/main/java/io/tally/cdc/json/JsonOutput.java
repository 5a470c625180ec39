package io.tally.cdc.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON values, one after the other, into arrays that are never written over, so that what a change refers to stays as
 * it is. Makes a new array only when one is full.
 */
public final class JsonOutput {

    private static final int CHUNK = 1 << 16;

    /** Longest writing of a number: a sign, 19 digits and a point. */
    private static final int LONGEST_NUMBER = 24;

    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = {};
    private int start;
    private int at;
    private boolean moved;

    /** Begins the next value. */
    public void begin() {
        start = at;
        moved = false;
    }

    /** Whether the value in hand has been moved, since its array was full. */
    public boolean hasMoved() {
        return moved;
    }

    /** Begins the value in hand again. */
    public void restart() {
        at = start;
        moved = false;
    }

    /** Index in the array where the next byte goes. */
    public int at() {
        return at;
    }

    /** The array that holds the value. */
    public byte[] bytes() {
        return bytes;
    }

    public void write(char ascii) {
        ensure(1);
        bytes[at++] = (byte) ascii;
    }

    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    public void write(byte[] source, int from, int length) {
        ensure(length);
        System.arraycopy(source, from, bytes, at, length);
        at += length;
    }

    /** Ends an object or array, after whose members a comma each was written. */
    public void writeEnd(char bracket) {
        if (bytes[at - 1] == ',') {
            at--;
        }
        write(bracket);
    }

    public void writeAscii(String text) {
        write(text.getBytes(StandardCharsets.US_ASCII));
    }

    public void writeNumber(long number) {
        writeDecimal(number, 0);
    }

    /** Writes unscaled / 10^scale, without an exponent; the scale is 0 to 18. */
    public void writeDecimal(long unscaled, int scale) {
        ensure(LONGEST_NUMBER);
        // Negative numbers reach one further.
        long left = unscaled < 0 ? unscaled : -unscaled;
        int digits = 0;
        int end = at + LONGEST_NUMBER;
        int first = end;
        do {
            bytes[--first] = (byte) ('0' - left % 10);
            left /= 10;
            if (++digits == scale) {
                bytes[--first] = '.';
            }
        } while (left != 0 || digits <= scale);
        if (unscaled < 0) {
            bytes[--first] = '-';
        }
        System.arraycopy(bytes, first, bytes, at, end - first);
        at += end - first;
    }

    /** Writes text in UTF-8 as a string, unless it is not UTF-8; returns whether it is. */
    public boolean writeString(byte[] source, int from, int length) {
        int limit = from + length;
        write('"');
        int done = from;
        while (done < limit) {
            int plain = JsonText.endOfPlain(source, done, limit);
            write(source, done, plain - done);
            done = plain;
            if (done < limit && source[done] >= 0) {
                writeEscaped(source[done++]);
            } else if (done < limit) {
                int sequence = JsonText.sequenceLength(source, done, limit);
                if (sequence == 0) {
                    return false;
                }
                write(source, done, sequence);
                done += sequence;
            }
        }
        write('"');
        return true;
    }

    private void writeEscaped(byte b) {
        ensure(6);
        bytes[at++] = '\\';
        if (b == '"' || b == '\\') {
            bytes[at++] = b;
            return;
        }
        bytes[at++] = 'u';
        bytes[at++] = '0';
        bytes[at++] = '0';
        bytes[at++] = HEX[b >> 4];
        bytes[at++] = HEX[b & 15];
    }

    /** Writes bytes as a string in base64, padded. */
    public void writeBase64(byte[] source, int from, int length) {
        ensure(length / 3 * 4 + 6);
        bytes[at++] = '"';
        for (int i = 0; i < length; i += 3) {
            int left = length - i;
            int group = (source[from + i] & 0xFF) << 16
                    | (left > 1 ? (source[from + i + 1] & 0xFF) << 8 : 0)
                    | (left > 2 ? source[from + i + 2] & 0xFF : 0);
            bytes[at++] = BASE64[group >> 18];
            bytes[at++] = BASE64[group >> 12 & 63];
            bytes[at++] = left > 1 ? BASE64[group >> 6 & 63] : (byte) '=';
            bytes[at++] = left > 2 ? BASE64[group & 63] : (byte) '=';
        }
        bytes[at++] = '"';
    }

    /** Makes room; the value in hand moves if there is none. */
    private void ensure(int more) {
        if (more > bytes.length - at) {
            int length = at - start;
            byte[] next = new byte[Math.max(CHUNK, 2 * (length + more))];
            System.arraycopy(bytes, start, next, 0, length);
            bytes = next;
            start = 0;
            at = length;
            moved = true;
        }
    }

    @Override
    public String toString() {
        return new String(Arrays.copyOfRange(bytes, start, at), StandardCharsets.UTF_8);
    }
}
