package io.tally.publish;

import io.tally.window.Topic;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import io.vertx.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Puts the parts of this package together. The parts themselves know nothing of each other's making. */
@ApplicationScoped
class PublishBeans {

    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("tally-publish").factory());

    @Produces
    @Singleton
    @PublishThread
    ExecutorService publishThread() {
        return executor;
    }

    @Produces
    @Singleton
    SourceColumns sourceColumns() {
        return new SourceColumns();
    }

    @Produces
    @Singleton
    ViewEngines viewEngines(
            Database database,
            Pool pool,
            Topic topic,
            WindowSettings windows,
            PublishSettings settings,
            SourceColumns columns,
            InstantSource clock) {
        return new ViewEngines(clock, List.of(engine(database, pool, topic, windows, settings, columns, clock)));
    }

    /** @param pool making it is what tells {@link Database} how to connect */
    private ViewEngine engine(
            Database database,
            Pool pool,
            Topic topic,
            WindowSettings windows,
            PublishSettings settings,
            SourceColumns columns,
            InstantSource clock) {
        pool.size();
        WindowStore store = new WindowStore(windows);
        ResultTable table = new ResultTable(settings.view());
        PgLook look = new PgLook(settings.orders());
        Ledger ledger = new PgLedger(
                database,
                new Schema(settings.createSchema(), table),
                new SourceCheck(settings.orders(), settings.needsOldRows(), columns),
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
                new ViewNow(pool, store, table));
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }
}
