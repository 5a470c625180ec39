package io.tally.publish;

import io.tally.view.ViewStatement;
import io.tally.window.Memory;
import io.tally.window.Topics;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Puts together what exists once for each view. */
@Singleton
public class ViewEngineFactory {

    private final ResultsDatabase results;
    private final SourceDatabase source;
    private final Pool pool;
    private final Topics topics;
    private final InstantSource clock;
    private final ExecutorService executor;

    /** @param pool of connections to the results */
    ViewEngineFactory(
            ResultsDatabase results,
            SourceDatabase source,
            Pool pool,
            Topics topics,
            InstantSource clock,
            @PublishThread ExecutorService executor) {
        this.results = results;
        this.source = source;
        this.pool = pool;
        this.topics = topics;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * Makes a view's engine, which does nothing yet.
     *
     * @param topic of the table that it reads
     * @param memory that it shares with the other views
     * @param views how its statement is read again
     * @param columns of its table
     */
    public ViewEngine make(
            ViewStatement statement,
            WindowSettings windows,
            PublishSettings settings,
            String topic,
            Memory memory,
            PgViews views,
            SourceColumns columns) {
        WindowStore store = new WindowStore(windows, memory);
        ResultTable table = new ResultTable(settings.view());
        PgLook look = new PgLook(settings.view());
        Ledger ledger = new PgLedger(
                results,
                source,
                new Schema(settings.createSchema(), table),
                new SourceCheck(views, statement, settings.view(), columns),
                look,
                new FillSteps(results, source, table, settings, look),
                new PublishTransaction(table),
                settings);
        boolean fills = !settings.stopOnDataLoss();
        Publisher publisher = new Publisher(store, ledger, clock, executor);
        SourceWatch watch = new SourceWatch(store, ledger, settings, executor);
        return new ViewEngine(
                windows,
                topic,
                store,
                publisher,
                new Rounds(publisher, store, executor, clock),
                new Takeover(ledger, settings, store::doubt, clock, executor),
                new OwedFill(store, ledger, fills, executor),
                watch,
                auditor(table, settings, watch, topic, store),
                new ViewNow(pool, store, table));
    }

    private Auditor auditor(
            ResultTable table, PublishSettings settings, SourceWatch watch, String topic, WindowStore store) {
        Optional<String> offBecause = settings.audit().offBecause();
        if (offBecause.isPresent()) {
            return Auditor.off(offBecause.get());
        }
        return new Auditor(
                new Audit(
                        new PgAuditSides(source, results, table, settings),
                        watch,
                        topics.topic(topic),
                        store,
                        settings.audit().every(),
                        !settings.stopOnDataLoss(),
                        clock,
                        executor),
                executor);
    }
}
