package io.tally.publish;

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
    ViewEngines viewEngines(InstantSource clock) {
        return new ViewEngines(clock);
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }
}
