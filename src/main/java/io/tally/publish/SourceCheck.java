package io.tally.publish;

import io.tally.view.View;
import io.tally.view.ViewRefused;
import io.tally.view.ViewStatement;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.util.Optional;

/**
 * Looks whether a view still means what it meant when the engine started, since its table may have been altered, and of which
 * types the table's columns are now.
 */
final class SourceCheck {

    private final PgViews views;
    private final ViewStatement statement;
    private final View view;
    private final SourceColumns columns;

    /**
     * @param statement where the view comes from
     * @param columns takes what is found out about the columns
     */
    SourceCheck(PgViews views, ViewStatement statement, View view, SourceColumns columns) {
        this.views = views;
        this.statement = statement;
        this.view = view;
        this.columns = columns;
    }

    /** Returns what keeps the view from being kept as it is. */
    Future<Optional<Ledger.Misfit>> look(PgConnection connection) {
        return views.read(connection, statement)
                .map(this::judge)
                .recover(failure -> failure instanceof ViewRefused refused
                        ? Future.succeededFuture(Optional.of(new Ledger.Misfit(refused.getMessage(), true)))
                        : Future.failedFuture(failure));
    }

    private Optional<Ledger.Misfit> judge(View now) {
        if (!now.meansTheSameAs(view)) {
            return Optional.of(new Ledger.Misfit(
                    "view %s means something else since its table was altered: its columns were %s and are %s. Alter the"
                                    .formatted(view.name(), view.columnWords(), now.columnWords())
                            + " table back, or start the engine again",
                    true));
        }
        columns.set(now.columns());
        return Optional.empty();
    }
}
