package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.sql.Names;
import io.tally.view.sql.Syntax;
import java.util.List;
import java.util.Optional;

/** Reads {@code date_bin(stride, column, origin)} or {@code date_trunc(unit, column, zone)}, and its end. */
final class WindowReader {

    /** A thousand years and more, and far from what 64 bits of microseconds hold. */
    private static final long LONGEST_DAYS = 400_000;

    private final Scope scope;
    private final Optional<Boundaries> boundaries;

    /** @param boundaries what the server has said about windows of the calendar, if it was asked */
    WindowReader(Scope scope, Optional<Boundaries> boundaries) {
        this.scope = scope;
        this.boundaries = boundaries;
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
        return call.name().equals("date_bin") ? fixed(call, endIsShown) : calendar(call);
    }

    private FixedWindow fixed(Syntax.Call call, boolean endIsShown) throws ViewRefused {
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
        checkNotNull(call, column);
        return FixedWindow.of(
                column.ref(), kind == Kind.TIMESTAMPTZ, stride(call, stride), origin(call, origin), endIsShown);
    }

    private CalendarWindow calendar(Syntax.Call call) throws ViewRefused {
        List<Syntax> arguments = call.arguments();
        if (!(arguments.get(0) instanceof Syntax.Constant unit)
                || CalendarUnit.of(String.valueOf(unit.value())).isEmpty()) {
            throw scope.refused(
                    call,
                    "of the calendar, windows are %s; for hours and less use date_bin, which makes equal ones"
                            .formatted(CalendarUnit.choice()));
        }
        if (arguments.size() != 3) {
            throw scope.refused(
                    call,
                    "it depends on the session's time zone; name one, as in date_trunc('%s', a timestamptz, 'Europe/Berlin')"
                            .formatted(unit.value()));
        }
        if (!(arguments.get(1) instanceof Syntax.Name name)) {
            throw scope.refused(call, "a window of the calendar is date_trunc(literal, column, literal)");
        }
        SourceColumn column = scope.column(name);
        if (column.type().kind() != Kind.TIMESTAMPTZ) {
            throw scope.refused(call, "a window of the calendar is over a timestamptz column");
        }
        checkNotNull(call, column);
        Boundaries.Question question = Boundaries.question(call).orElse(null);
        if (question == null) {
            throw scope.refused(
                    call, "a zone has its full name, as in 'Europe/Berlin' or 'UTC', no abbreviation and no offset");
        }
        Boundaries known = boundaries
                .filter(answer -> answer.question().equals(question))
                .orElseThrow(() -> scope.refused(call, "the server was not asked where its windows begin"));
        if (!known.areKnown()) {
            throw scope.refused(
                    call,
                    "pg_timezone_names of the server has no zone %s, written so"
                            .formatted(Names.literal(known.zone())));
        }
        return new CalendarWindow(column.ref(), known);
    }

    private void checkNotNull(Syntax call, SourceColumn column) throws ViewRefused {
        if (column.ref().nullable()) {
            throw scope.refused(
                    call,
                    "%s may be NULL, and then a row has no window; declare it NOT NULL"
                            .formatted(column.ref().name()));
        }
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
        if (micros <= 0 || micros % Window.MICROS_PER_MILLI != 0) {
            throw scope.refused(call, "a window's length is a whole number of milliseconds, one or more");
        }
        return micros;
    }

    private long origin(Syntax call, Syntax.Constant literal) throws ViewRefused {
        Long micros = literal.value() == null ? null : Times.micros(literal.value());
        if (micros == null || micros % Window.MICROS_PER_MILLI != 0) {
            throw scope.refused(call, "a window's origin is a time in whole milliseconds");
        }
        return micros;
    }

    /** Checks that it is the end of this window. */
    void end(Syntax end, Syntax.Call start, Window window) throws ViewRefused {
        switch (window) {
            case FixedWindow fixed -> fixedEnd(end, start, fixed);
            case CalendarWindow calendar -> calendarEnd(end, start, calendar);
        }
    }

    private void fixedEnd(Syntax end, Syntax.Call start, FixedWindow window) throws ViewRefused {
        if (!(end instanceof Syntax.Binary binary)
                || !binary.operator().equals("+")
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
        if (interval.micros() != window.sizeMs() * Window.MICROS_PER_MILLI) {
            throw scope.refused(end, "the window is %d ms long, so this is not its end".formatted(window.sizeMs()));
        }
    }

    private void calendarEnd(Syntax end, Syntax.Call start, CalendarWindow window) throws ViewRefused {
        String zone = window.boundaries().zone();
        String length = window.boundaries().unit().length();
        if (!(end instanceof Syntax.Call call)
                || call.arguments().size() != 3
                || !scope.words(call.arguments().get(0)).equals(scope.words(start))
                || !(call.arguments().get(1) instanceof Syntax.Constant interval)
                || !length.equals(interval.value())
                || !(call.arguments().get(2) instanceof Syntax.Constant ofZone)
                || !zone.equals(ofZone.value())) {
            throw scope.refused(
                    end,
                    "of %s, its start is kept, and its end as date_add(start, INTERVAL '%s', '%s')"
                            .formatted(
                                    window.inWords(), window.boundaries().unit().interval(), zone));
        }
    }
}
