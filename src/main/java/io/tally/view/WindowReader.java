package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.sql.Syntax;
import java.util.List;

/** Reads {@code date_bin(stride, column, origin)}, and its end. */
final class WindowReader {

    private static final long MICROS_PER_MILLI = 1000;
    /** A thousand years and more, and far from what 64 bits of microseconds hold. */
    private static final long LONGEST_DAYS = 400_000;

    private final Scope scope;

    WindowReader(Scope scope) {
        this.scope = scope;
    }

    static boolean isStart(Syntax syntax) {
        return syntax instanceof Syntax.Call call
                && (call.name().equals("date_bin") || call.name().equals("date_trunc"));
    }

    /** Whether it is a window's end, or meant to be one. */
    static boolean isEnd(Syntax syntax) {
        return syntax instanceof Syntax.Binary binary && isStart(binary.left())
                || syntax instanceof Syntax.Call call
                        && call.name().equals("date_add")
                        && !call.arguments().isEmpty()
                        && isStart(call.arguments().getFirst());
    }

    Window start(Syntax.Call call, boolean endIsShown) throws ViewRefused {
        if (!call.name().equals("date_bin")) {
            throw scope.refused(call, Functions.refusal(call.name()));
        }
        List<Syntax> arguments = call.arguments();
        if (arguments.size() != 3
                || !(arguments.get(0) instanceof Syntax.Constant stride)
                || !(arguments.get(1) instanceof Syntax.Name name)
                || !(arguments.get(2) instanceof Syntax.Constant origin)) {
            throw scope.refused(call, "a window is date_bin(literal, column, literal)");
        }
        SourceColumn column = scope.column(name);
        Kind kind = column.type().kind();
        if (kind != Kind.TIMESTAMP && kind != Kind.TIMESTAMPTZ) {
            throw scope.refused(call, "a window is over a timestamp or a timestamptz column");
        }
        if (column.ref().nullable()) {
            throw scope.refused(
                    call, "%s may be NULL, and then a row has no window; declare it NOT NULL".formatted(name.name()));
        }
        return Window.of(
                column.ref(), kind == Kind.TIMESTAMPTZ, stride(call, stride), origin(call, origin), endIsShown);
    }

    private long stride(Syntax call, Syntax.Constant literal) throws ViewRefused {
        Times.Interval interval = literal.value() == null ? null : Times.interval(literal.value());
        if (interval == null) {
            throw scope.refused(call, "a window's length is a fixed time, without months and years");
        }
        if (Math.max(Math.abs(interval.days()), Math.abs(interval.micros()) / Times.MICROS_PER_DAY) > LONGEST_DAYS) {
            throw scope.refused(call, "a window is %d days long at most".formatted(LONGEST_DAYS));
        }
        long micros = interval.days() * Times.MICROS_PER_DAY + interval.micros();
        if (micros <= 0 || micros % MICROS_PER_MILLI != 0) {
            throw scope.refused(call, "a window's length is a whole number of milliseconds, one or more");
        }
        return micros;
    }

    private long origin(Syntax call, Syntax.Constant literal) throws ViewRefused {
        Long micros = literal.value() == null ? null : Times.micros(literal.value());
        if (micros == null || micros % MICROS_PER_MILLI != 0) {
            throw scope.refused(call, "a window's origin is a time in whole milliseconds");
        }
        return micros;
    }

    /** Checks that it is the end of this window. */
    void end(Syntax end, Syntax.Call start, Window window) throws ViewRefused {
        if (!(end instanceof Syntax.Binary binary)) {
            throw scope.refused(end, Functions.refusal("date_add"));
        }
        if (!binary.operator().equals("+")
                || !scope.words(binary.left()).equals(scope.words(start))
                || !(binary.right() instanceof Syntax.Constant literal)
                || !literal.type().equals("interval")) {
            throw scope.refused(end, "of a window, its start and its start + INTERVAL '…' are kept");
        }
        Times.Interval interval = literal.value() == null ? null : Times.interval(literal.value());
        if (interval == null || interval.days() != 0) {
            throw scope.refused(
                    end, "a day is not always 24 hours long; write the length in hours, as in INTERVAL '24 hours'");
        }
        if (interval.micros() != window.strideMicros()) {
            throw scope.refused(
                    end,
                    "the window is %d ms long, so this is not its end"
                            .formatted(window.strideMicros() / MICROS_PER_MILLI));
        }
    }
}
