package io.tally.publish;

import io.tally.window.WindowStore;
import io.vertx.sqlclient.Pool;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
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

    /** @param pool making it is what tells {@link Database} how to connect */
    @Produces
    @Singleton
    Ledger ledger(Database database, Pool pool, PublishSettings settings, SourceColumns columns) {
        pool.size();
        PgLook look = new PgLook(settings.orders());
        ResultTable table = new ResultTable(settings.view());
        return new PgLedger(
                database,
                new Schema(settings.createSchema(), table),
                new SourceCheck(settings.orders(), settings.needsOldRows(), columns),
                look,
                new FillSteps(database, table, settings, look),
                new PublishTransaction(table),
                settings);
    }

    @Produces
    @Singleton
    Publisher publisher(WindowStore store, Ledger ledger, InstantSource clock) {
        return new Publisher(store, ledger, clock, executor);
    }

    @Produces
    @Singleton
    Takeover takeover(Ledger ledger, PublishSettings settings, WindowStore store, InstantSource clock) {
        return new Takeover(ledger, settings, store::doubt, clock, executor);
    }

    @Produces
    @Singleton
    OwedFill owedFill(WindowStore store, Ledger ledger, PublishSettings settings, InstantSource clock) {
        return new OwedFill(store, ledger, !settings.stopOnLostGround(), clock, executor);
    }

    @Produces
    @Singleton
    SourceWatch sourceWatch(WindowStore store, Ledger ledger, PublishSettings settings) {
        return new SourceWatch(store, ledger, settings, executor);
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }
}
