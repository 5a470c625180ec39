package io.tally.view;

import io.tally.view.sql.Select;
import io.tally.view.sql.SelectParser;
import io.tally.view.sql.Syntax;
import io.tally.view.sql.SyntaxFault;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where days, weeks and so on begin in a zone, as a server says. Nothing of it is worked out here: what two programs know of
 * zones differs, and so do their answers.
 *
 * <p>Nearly always a time belongs to the last window that has begun. Where the clock is set back over midnight, a day begins,
 * may break off, and begins again, and PostgreSQL names it by the second time: its first minutes lie before its name. Such
 * stretches of time, the <em>strays</em>, are kept apart.
 */
public final class Boundaries {

    private static final long MILLIS_PER_SECOND = 1000;

    /** A region and a place; what has no slash may be an abbreviation, which is another thing in the same letters. */
    private static final Pattern FULL_NAME = Pattern.compile("UTC|[A-Za-z0-9_+/-]+/[A-Za-z0-9_+-]+");

    private final Question question;
    /** Of all windows, in order; the last one only ends the one before. In ms. */
    private final long[] starts;
    /** Stretches of time, from and to, in order, and the windows that they belong to. In ms. */
    private final long[] strayFrom;

    private final long[] strayTo;
    private final long[] strayStart;
    private final long longestMs;
    private final String hash;

    private Boundaries(Question question, long[] moments, long[] answers) {
        this.question = question;
        long first = moments.length == 0 ? 0 : moments[0];
        starts = Arrays.stream(answers)
                .filter(start -> start >= first)
                .sorted()
                .distinct()
                .toArray();
        int[] strays = IntStream.range(0, moments.length)
                .filter(i -> starts.length > 0 && moments[i] >= starts[0] && newestStartMs(moments[i]) != answers[i])
                .toArray();
        strayFrom = Arrays.stream(strays).mapToLong(i -> moments[i]).toArray();
        strayTo = Arrays.stream(strays)
                .mapToLong(i -> i + 1 < moments.length ? moments[i + 1] : Long.MAX_VALUE)
                .toArray();
        strayStart = Arrays.stream(strays).mapToLong(i -> answers[i]).toArray();
        longestMs = IntStream.range(1, starts.length)
                .mapToLong(i -> starts[i] - starts[i - 1])
                .max()
                .orElse(0);
        hash = hash(moments, answers);
    }

    private static String hash(long[] moments, long[] answers) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES * moments.length);
        bytes.asLongBuffer().put(moments).put(answers);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Questions about a {@code SELECT}, in the server's words: none without windows of the calendar. */
    public static Optional<Question> askedFor(String text) {
        Select select;
        try {
            select = SelectParser.parse(text);
        } catch (SyntaxFault refusedLater) {
            return Optional.empty();
        }
        return select.items().stream()
                .map(Select.Item::expression)
                .filter(Syntax.Call.class::isInstance)
                .map(Syntax.Call.class::cast)
                .flatMap(call -> question(call).stream())
                .findFirst();
    }

    /** The window that a call of {@code date_trunc} asks for, or nothing if it cannot be kept. */
    static Optional<Question> question(Syntax.Call call) {
        List<Syntax> arguments = call.arguments();
        if (!call.name().equals("date_trunc")
                || arguments.size() != 3
                || !(arguments.get(0) instanceof Syntax.Constant unit)
                || !(arguments.get(2) instanceof Syntax.Constant zone)
                || unit.value() == null
                || zone.value() == null
                || !FULL_NAME.matcher(zone.value()).matches()) {
            return Optional.empty();
        }
        return CalendarUnit.of(unit.value()).map(known -> new Question(known, zone.value()));
    }

    /** A question to a server: where do these begin? */
    public record Question(CalendarUnit unit, String zone) {

        /** The query; its answer is one row of two arrays of {@code bigint}, or of two NULLs. */
        public String sql() {
            return SourceSql.boundaries(unit, zone);
        }

        /** The answer. */
        public Boundaries answer(Long[] moments, Long[] starts) {
            return new Boundaries(this, millis(moments), millis(starts));
        }

        private static long[] millis(Long[] seconds) {
            return seconds == null
                    ? new long[0]
                    : Arrays.stream(seconds)
                            .mapToLong(second -> second * MILLIS_PER_SECOND)
                            .toArray();
        }
    }

    Question question() {
        return question;
    }

    CalendarUnit unit() {
        return question.unit();
    }

    String zone() {
        return question.zone();
    }

    /** Whether the server knows the zone. */
    boolean areKnown() {
        return starts.length > 1;
    }

    /** The same for the same boundaries, and another for others: a server may come to know zones better. */
    public String hash() {
        return hash;
    }

    long lowestMicros() {
        return starts[0] * Window.MICROS_PER_MILLI;
    }

    long highestMicros() {
        return starts[starts.length - 1] * Window.MICROS_PER_MILLI - 1;
    }

    long startMs(long timeMs) {
        if (strayFrom.length > 0) {
            int stray = newest(strayFrom, timeMs);
            if (stray >= 0 && timeMs < strayTo[stray]) {
                return strayStart[stray];
            }
        }
        return newestStartMs(timeMs);
    }

    /** The first one if none has begun, for times of which there are no rows. */
    long newestStartMs(long timeMs) {
        return starts[Math.max(newest(starts, timeMs), 0)];
    }

    long endMs(long startMs) {
        return starts[Math.min(newest(starts, startMs) + 1, starts.length - 1)];
    }

    long longestMs() {
        return longestMs;
    }

    /** The place of the newest one that is not after a time, or -1. */
    private static int newest(long[] sorted, long timeMs) {
        int found = Arrays.binarySearch(sorted, timeMs);
        return found >= 0 ? found : -found - 2;
    }
}
