package io.tally.view;

import io.tally.view.Differential.Failure;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a failure smaller: fewer pieces of the view, then fewer rows, for as long as it fails in the same way. */
final class FailureShrinker {

    /** So much of the reason says which way it is. */
    private static final int KIND = 10;

    private final Differential differential;
    private final TestSource source;
    private final Failure failure;

    FailureShrinker(Differential differential, TestSource source, Failure failure) {
        this.differential = differential;
        this.source = source;
        this.failure = failure;
    }

    String shrunk() throws SQLException {
        RandomView view = failure.view();
        Map<String, TestRow> rows = new LinkedHashMap<>(failure.rows());
        source.execute("CREATE TABLE failing AS SELECT * FROM %s WHERE version = %d; UPDATE failing SET version = 0"
                .formatted(RandomTable.VERSIONS, failure.version()));
        if (fails(view, rows) == null) {
            return "seed %d, and not with these rows alone: %s%n%s;%n"
                    .formatted(failure.seed(), failure.why(), view.sql());
        }
        for (int i = 0; i < view.smaller().size(); i++) {
            RandomView less = view.smaller().get(i);
            if (fails(less, rows) != null) {
                view = less;
                i = -1;
            }
        }
        for (String id : List.copyOf(rows.keySet())) {
            TestRow row = rows.remove(id);
            if (fails(view, rows) == null) {
                rows.put(id, row);
            }
        }
        StringBuilder text = new StringBuilder("seed %d: %s%n%n".formatted(failure.seed(), fails(view, rows)));
        text.append(failure.table().create()).append(";\n");
        rows.values().forEach(row -> text.append("-- ").append(row).append('\n'));
        return text.append(view.sql()).append(";\n").toString();
    }

    /** How a view fails over these rows, or null if it does not, or in another way. */
    private String fails(RandomView view, Map<String, TestRow> rows) throws SQLException {
        String ids = String.join("", rows.keySet().stream().map(id -> ", " + id).toList());
        source.execute("DELETE FROM %1$s; INSERT INTO %1$s SELECT * FROM failing WHERE id IN (-1%2$s)"
                .formatted(RandomTable.VERSIONS, ids));
        String why = differential.fails(view, failure.table(), rows);
        return why != null && why.startsWith(failure.why().substring(0, KIND)) ? why : null;
    }
}
