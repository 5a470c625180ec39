package io.tally.cdc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spoils records: bytes flipped, cut out, doubled and moved; tokens dropped, doubled, swapped and replaced. */
final class Mutator {

    /** Near enough to JSON's tokens, and good for spoiled JSON too. */
    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[-+.0-9eE]+|[a-z]+|\\s+|.", Pattern.DOTALL);

    /** UTF-8 that is wrong, or that only looks wrong: longer than needed, surrogates, beyond Unicode, cut short. */
    private static final int[][] SEQUENCES = {
        {0xC3, 0xA9},
        {0xC1, 0xA3},
        {0xE0, 0x81, 0xA3},
        {0xED, 0xA0, 0x80},
        {0xF0, 0x9F, 0x98, 0x80},
        {0xF7, 0xBF, 0xBF, 0xBF},
        {0xC3},
        {0xE2, 0x82},
        {0xF0, 0x9F, 0x98},
        {0x80},
        {0xF8, 0x88, 0x80, 0x80, 0x80},
        {0xFF},
        {0xEF, 0xBB, 0xBF},
        {0xC3, 0x28},
    };

    private static final byte[] TELLING =
            "\"\\{}[]:,0-+.eEnutf \n\t\r/\u0000\u001f\u007f".getBytes(StandardCharsets.US_ASCII);

    private final Random random;

    Mutator(Random random) {
        this.random = random;
    }

    byte[] mutate(byte[] record) {
        if (record.length == 0) {
            return record;
        }
        return switch (random.nextInt(12)) {
            case 0 -> flipped(record);
            case 1 -> overwritten(record);
            case 2 -> without(record);
            case 3 -> doubled(record);
            case 4 -> Arrays.copyOf(record, random.nextInt(record.length));
            case 5 -> inserted(record, sequence());
            case 6 -> inserted(record, new byte[] {TELLING[random.nextInt(TELLING.length)]});
            default -> tokens(record);
        };
    }

    /** The same record with other values, so far as they are written in digits; a run of them may become longer. */
    byte[] otherDigits(byte[] record) {
        ByteArrayOutputStream others = new ByteArrayOutputStream(record.length + 8);
        for (int i = 0; i < record.length; i++) {
            boolean digit = record[i] >= '1' && record[i] <= '9';
            others.write(digit && random.nextInt(4) == 0 ? '1' + random.nextInt(9) : record[i]);
            if (digit && random.nextInt(64) == 0) {
                others.write('0' + random.nextInt(10));
            }
        }
        return others.toByteArray();
    }

    private byte[] flipped(byte[] record) {
        byte[] copy = record.clone();
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        return copy;
    }

    private byte[] overwritten(byte[] record) {
        byte[] copy = record.clone();
        copy[random.nextInt(copy.length)] =
                random.nextBoolean() ? TELLING[random.nextInt(TELLING.length)] : (byte) random.nextInt();
        return copy;
    }

    private byte[] without(byte[] record) {
        int from = random.nextInt(record.length);
        int to = Math.min(record.length, from + 1 + random.nextInt(12));
        return joined(record, 0, from, record, to, record.length);
    }

    private byte[] doubled(byte[] record) {
        int from = random.nextInt(record.length);
        int to = Math.min(record.length, from + 1 + random.nextInt(40));
        return joined(record, 0, to, record, from, record.length);
    }

    private byte[] inserted(byte[] record, byte[] piece) {
        int at = random.nextInt(record.length + 1);
        return joined(joined(record, 0, at, piece, 0, piece.length), 0, at + piece.length, record, at, record.length);
    }

    private byte[] sequence() {
        int[] units = SEQUENCES[random.nextInt(SEQUENCES.length)];
        byte[] bytes = new byte[units.length];
        for (int i = 0; i < units.length; i++) {
            bytes[i] = (byte) units[i];
        }
        return bytes;
    }

    private byte[] tokens(byte[] record) {
        List<String> tokens = new ArrayList<>();
        // One char a byte, so that nothing is lost on the way and back.
        Matcher matcher = TOKEN.matcher(new String(record, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
        int one = random.nextInt(tokens.size());
        int other = random.nextInt(tokens.size());
        switch (random.nextInt(6)) {
            case 0 -> tokens.remove(one);
            case 1 -> tokens.add(one, tokens.get(other));
            case 2 -> tokens.set(one, tokens.set(other, tokens.get(one)));
            case 3 -> tokens.set(one, tokens.get(other));
            default -> tokens.set(valueNear(tokens, one), latin(JsonPieces.any(random)));
        }
        return String.join("", tokens).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The first token after a colon from the given place on, which is a value or the start of one. */
    private static int valueNear(List<String> tokens, int from) {
        int at = from;
        while (at < tokens.size() - 1 && !tokens.get(at).equals(":")) {
            at++;
        }
        return Math.min(at + 1, tokens.size() - 1);
    }

    private static String latin(String piece) {
        return new String(piece.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static byte[] joined(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(a, aFrom, aTo - aFrom);
        out.write(b, bFrom, bTo - bFrom);
        return out.toByteArray();
    }
}
