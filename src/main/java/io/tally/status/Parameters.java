package io.tally.status;

import io.tally.status.Problem.BadParameter;
import io.tally.view.Window;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Parameters of questions. An impossible value ends in a {@link BadParameter} that says what is possible. */
final class Parameters {

    private Parameters() {}

    /** How many items a list may have: 1 to {@code most}, or the default if nothing was asked for. */
    static int limit(String name, String value, int byDefault, int most) {
        return value == null ? byDefault : (int) number(name, value, 1, most);
    }

    /** The start of a window, epoch ms. */
    static long windowStart(String name, String value, Window windows) {
        String wanted = "expected the start of " + windows.inWords() + ", in UTC, such as ";
        long ms;
        try {
            ms = Instant.parse(value).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new BadParameter(name, value, wanted + "2026-11-23T05:13:00Z");
        }
        if (windows.startMs(ms) != ms) {
            throw new BadParameter(name, value, wanted + Instant.ofEpochMilli(windows.startMs(ms)));
        }
        return ms;
    }

    static long number(String name, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, in the words of the question.
        }
        throw new BadParameter(name, value, "expected a whole number from " + least + " to " + most);
    }
}
