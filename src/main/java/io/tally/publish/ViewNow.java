package io.tally.publish;

import io.tally.view.SourceColumn;
import io.tally.view.View;
import io.tally.window.Groups;
import io.tally.window.Unpublished;
import io.tally.window.WindowDeltas;
import io.tally.window.WindowStore;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Content of a view at this moment: rows of its table, and totals that this engine has counted beyond them. Safe for use by many
 * threads; each question is one statement.
 *
 * <p>Implementation note. Memory is read first, then the database, so a batch may move from one to the other in
 * between. The statement reads the checkpoints in the same snapshot as the rows: it leaves out what was under way and has
 * arrived, and what belongs to partitions that another engine owns by now. If more than that has moved, it is asked again.
 */
public final class ViewNow {

    /**
     * A row of the result with what is to be added to it.
     *
     * @param windowStartMs epoch ms; null without windows
     * @param shown its columns as PostgreSQL writes them, times as microseconds and dates as days since 1970
     * @param unpublished the part of each of the view's totals that the table does not hold yet
     */
    public record Line(Long windowStartMs, List<String> shown, List<BigDecimal> unpublished) {}

    /**
     * Rows, and the sum over all of them, those beyond the limit included.
     *
     * @param lines as many as were asked for
     * @param count of all rows
     * @param totals of all rows, in the order of the view's
     * @param finalUntilMs windows that end at or before are published by every partition, or null if none is
     * @param partitions how many the pipeline has
     * @param seen partitions of which what is unpublished is included
     * @param replaying those of them that are still reading again what they had read before
     */
    public record Answer(
            List<Line> lines,
            long count,
            List<BigDecimal> totals,
            Long finalUntilMs,
            int partitions,
            List<Integer> seen,
            List<Integer> replaying) {}

    /** A window that every partition has published: totals over all its groups. */
    public record Closed(long windowStartMs, List<BigDecimal> totals, long groups) {}

    /**
     * The published part.
     *
     * @param windows closed ones, newest first
     * @param top the columns of the highest rows of the newest of these; without windows, of all rows
     */
    public record Published(List<Closed> windows, List<List<String>> top) {}

    /** More unpublished groups than this are not sent to the database for the sake of one question. */
    public static final int MOST_UNPUBLISHED = 100_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 4;

    private final SqlClient database;
    private final WindowStore store;
    private final View view;
    private final NowStatements statements;

    ViewNow(SqlClient database, WindowStore store, ResultTable table) {
        this.database = database;
        this.store = store;
        view = table.view();
        statements = new NowStatements(table);
    }

    /** A question that cannot be answered now; the caller may ask again. */
    public static final class NotNowException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotNowException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The groups of a window, highest first; the view has to have windows.
     *
     * @param windowStartMs start of a window, epoch ms
     * @return fails with {@link NotNowException} if there is too much in memory, or if too much moves meanwhile
     */
    public CompletionStage<Answer> ofWindow(long windowStartMs, int limit) {
        return ofWindow(windowStartMs, limit, () -> {
                    // Looked at first: readers of the partitions wait while groups are copied.
                    refuseIfTooMany(store.unpublishedGroupsOf(windowStartMs));
                    return store.unpublishedOf(windowStartMs);
                })
                .toCompletionStage();
    }

    Future<Answer> ofWindow(long windowStartMs, int limit, Supplier<List<Unpublished>> unpublished) {
        return ask(statements.ofWindow(), unpublished, limit, Tuple.of(windowStartMs), ATTEMPTS);
    }

    /**
     * A group in the newest windows, newest first; without windows, the group.
     *
     * @param key its parts, as {@link Groups#key} gives them; some may be null
     * @param sinceMs windows that start before are left out; start of a window, epoch ms
     * @return fails as {@link #ofWindow} does
     */
    public CompletionStage<Answer> ofGroup(List<Object> key, long sinceMs, int limit) {
        return ofGroup(key, sinceMs, limit, () -> store.unpublishedOfGroup(key)).toCompletionStage();
    }

    Future<Answer> ofGroup(List<Object> key, long sinceMs, int limit, Supplier<List<Unpublished>> unpublished) {
        Tuple where = Tuple.tuple();
        List<Boolean> nulls = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            SourceColumn column = view.keys().get(i);
            nulls.add(key.get(i) == null);
            if (key.get(i) != null) {
                where.addValue(GroupColumns.keyValue(column, key.get(i)));
            }
        }
        if (view.window().isPresent()) {
            where.addLong(sinceMs);
        }
        Supplier<List<Unpublished>> recent = () -> unpublished.get().stream()
                .map(partition -> view.window().isPresent() ? since(partition, sinceMs) : partition)
                .toList();
        return ask(statements.ofGroup(nulls), recent, limit, where, ATTEMPTS);
    }

    /**
     * The published part: the latest windows that every partition has, and the highest groups.
     *
     * @param windows how many, at most
     * @param groups how many of the newest
     */
    public CompletionStage<Published> published(int windows, int groups) {
        Future<Published> answer = view.window().isEmpty()
                ? top(Tuple.of(groups), List.of())
                : database.preparedQuery(statements.closed())
                        .execute(Tuple.of(windows))
                        .compose(rows -> {
                            List<Closed> latest = new ArrayList<>();
                            rows.forEach(row -> latest.add(closed(row)));
                            return latest.isEmpty()
                                    ? Future.succeededFuture(new Published(latest, List.of()))
                                    : top(Tuple.of(groups, latest.getFirst().windowStartMs()), latest);
                        });
        return answer.timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).toCompletionStage();
    }

    private Future<Published> top(Tuple parameters, List<Closed> latest) {
        return database.preparedQuery(statements.top()).execute(parameters).map(rows -> {
            List<List<String>> top = new ArrayList<>();
            rows.forEach(row -> top.add(Arrays.asList(row.getArrayOfStrings("shown"))));
            return new Published(latest, top);
        });
    }

    private static Unpublished since(Unpublished partition, long sinceMs) {
        return new Unpublished(
                partition.partition(),
                partition.owner(),
                partition.sequence(),
                partition.publishing(),
                partition.replaying(),
                partition.held().stream()
                        .filter(window -> window.startMs() >= sinceMs)
                        .toList(),
                partition.underWay().stream()
                        .filter(window -> window.startMs() >= sinceMs)
                        .toList());
    }

    private Future<Answer> ask(
            String sql, Supplier<List<Unpublished>> memory, int limit, Tuple where, int attemptsLeft) {
        List<Unpublished> unpublished;
        Parameters parameters = new Parameters(view);
        try {
            unpublished = memory.get();
            unpublished.forEach(parameters::add);
            refuseIfTooMany(parameters.rows);
        } catch (NotNowException e) {
            return Future.failedFuture(e);
        }
        Tuple tuple = parameters.tuple(limit);
        for (int i = 0; i < where.size(); i++) {
            tuple.addValue(where.getValue(i));
        }
        return database.preparedQuery(sql)
                .execute(tuple)
                .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .compose(rows -> {
                    Map<Integer, Ledger.Mark> marks = marks(rows.iterator().next());
                    if (unpublished.stream().noneMatch(partition -> isOutOfDate(partition, marks))) {
                        return Future.succeededFuture(answer(rows, unpublished, marks));
                    }
                    return attemptsLeft > 1
                            ? ask(sql, memory, limit, where, attemptsLeft - 1)
                            : Future.failedFuture(
                                    new NotNowException("the view is published faster than it can be looked at"));
                });
    }

    private static void refuseIfTooMany(long groups) {
        if (groups > MOST_UNPUBLISHED) {
            throw new NotNowException(
                    "more than " + MOST_UNPUBLISHED + " groups are not published yet; ask when the window has closed");
        }
    }

    private static boolean isOutOfDate(Unpublished partition, Map<Integer, Ledger.Mark> marks) {
        return isSeen(partition, marks) && marks.get(partition.partition()).sequence() > partition.lastSequence();
    }

    private static boolean isSeen(Unpublished partition, Map<Integer, Ledger.Mark> marks) {
        Ledger.Mark mark = marks.get(partition.partition());
        return mark != null && mark.owner().equals(partition.owner());
    }

    private static Map<Integer, Ledger.Mark> marks(Row row) {
        Integer[] partitions = row.getArrayOfIntegers("owned");
        Map<Integer, Ledger.Mark> marks = new HashMap<>();
        if (partitions != null) {
            String[] owners = row.getArrayOfStrings("owners");
            Long[] sequences = row.getArrayOfLongs("sequences");
            for (int i = 0; i < partitions.length; i++) {
                marks.put(partitions[i], new Ledger.Mark(UUID.fromString(owners[i]), sequences[i]));
            }
        }
        return marks;
    }

    private Answer answer(RowSet<Row> rows, List<Unpublished> unpublished, Map<Integer, Ledger.Mark> marks) {
        Row first = rows.iterator().next();
        boolean empty = first.getLong("all_count") == null;
        List<Unpublished> seen = unpublished.stream()
                .filter(partition -> isSeen(partition, marks))
                .toList();
        return new Answer(
                empty ? List.of() : lines(rows),
                empty ? 0 : first.getLong("all_count"),
                empty ? view.totals().stream().map(total -> BigDecimal.ZERO).toList() : numbers(first, "totals"),
                first.getLong("final_until"),
                first.getInteger("partitions"),
                partitions(seen),
                partitions(seen.stream().filter(Unpublished::replaying).toList()));
    }

    private static List<Integer> partitions(List<Unpublished> partitions) {
        return partitions.stream().map(Unpublished::partition).sorted().toList();
    }

    private static List<Line> lines(RowSet<Row> rows) {
        List<Line> lines = new ArrayList<>();
        rows.forEach(row -> lines.add(new Line(
                row.getLong("start_ms"), Arrays.asList(row.getArrayOfStrings("shown")), numbers(row, "unpublished"))));
        return lines;
    }

    private static Closed closed(Row row) {
        return new Closed(row.getLong("start_ms"), numbers(row, "totals"), row.getLong("groups"));
    }

    private static List<BigDecimal> numbers(Row row, String column) {
        return Arrays.stream(row.getArrayOfStrings(column)).map(BigDecimal::new).toList();
    }

    /** The unpublished part, as columns. */
    private static final class Parameters {

        private final GroupColumns.Column partitions = new GroupColumns.Column(Integer.class);
        private final GroupColumns.Column owners = new GroupColumns.Column(UUID.class);
        private final GroupColumns.Column before = new GroupColumns.Column(Long.class);
        private final GroupColumns columns;
        private int rows;

        Parameters(View view) {
            columns = new GroupColumns(view);
        }

        /** Adds totals that are held; totals under way only while the checkpoint has not moved. */
        void add(Unpublished partition) {
            add(partition, partition.held(), Long.MAX_VALUE);
            add(partition, partition.underWay(), partition.sequence() + 1);
        }

        private void add(Unpublished partition, List<WindowDeltas> windows, long beforeSequence) {
            for (WindowDeltas window : windows) {
                Groups groups = window.groups();
                groups.forEach(slot -> {
                    if (rows > MOST_UNPUBLISHED) {
                        return;
                    }
                    partitions.set(rows, partition.partition());
                    owners.set(rows, partition.owner());
                    before.set(rows, beforeSequence);
                    columns.set(rows++, window.startMs(), groups, slot);
                });
            }
        }

        Tuple tuple(int limit) {
            Tuple tuple = Tuple.tuple();
            partitions.addTo(tuple, rows);
            owners.addTo(tuple, rows);
            before.addTo(tuple, rows);
            columns.addTo(tuple, rows);
            return tuple.addInteger(limit);
        }
    }
}
