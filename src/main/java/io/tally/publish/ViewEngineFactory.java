package io.tally.publish;

import io.tally.view.ViewStatement;
import io.tally.window.Topic;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;

/** Puts together what exists once for each view. */
@Singleton
public class ViewEngineFactory {

    private final Database database;
    private final Pool pool;
    private final Topic topic;
    private final InstantSource clock;
    private final ExecutorService executor;

    ViewEngineFactory(
            Database database, Pool pool, Topic topic, InstantSource clock, @PublishThread ExecutorService executor) {
        this.database = database;
        this.pool = pool;
        this.topic = topic;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * Makes a view's engine, which does nothing yet.
     *
     * @param views how its statement is read again
     * @param columns of its table
     */
    public ViewEngine make(
            ViewStatement statement,
            WindowSettings windows,
            PublishSettings settings,
            PgViews views,
            SourceColumns columns) {
        WindowStore store = new WindowStore(windows);
        ResultTable table = new ResultTable(settings.view());
        PgLook look = new PgLook(settings.view());
        Ledger ledger = new PgLedger(
                database,
                new Schema(settings.createSchema(), table),
                new SourceCheck(views, statement, settings.view(), columns),
                look,
                new FillTransaction(table, settings, look),
                new PublishTransaction(table),
                settings);
        boolean fills = !settings.stopOnLostGround();
        Publisher publisher = new Publisher(store, ledger, clock, executor);
        SourceWatch watch = new SourceWatch(store, ledger, settings, executor);
        Audit audit = new Audit(
                new PgAuditBooks(database, table, settings),
                watch,
                topic,
                store,
                settings.audit().every(),
                fills,
                clock,
                executor);
        return new ViewEngine(
                windows,
                store,
                publisher,
                new Rounds(publisher, store, executor, clock),
                new Takeover(ledger, settings, store::doubt, clock, executor),
                new OwedFill(store, ledger, fills, clock, executor),
                watch,
                new Auditor(audit, settings.audit().offBecause().orElse(null), executor),
                new SalesNow(pool, store, settings));
    }
}
