package io.tally;

import io.quarkus.runtime.StartupEvent;
import io.tally.ingest.KeptView;
import io.tally.ingest.KeptViews;
import io.tally.ingest.Refusal;
import io.tally.publish.PgViews;
import io.tally.publish.SourceColumns;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngineFactory;
import io.tally.publish.ViewEngines;
import io.tally.publish.ViewLoader;
import io.tally.publish.ViewLoader.Loaded;
import io.tally.view.View;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Has the views read when the engine starts, and lets their parts begin. */
@ApplicationScoped
class ViewStart {

    private static final Logger LOG = Logger.getLogger(ViewStart.class);

    private final ViewsFile file;
    private final ViewSettings settings;
    private final ViewLoader loader;
    private final ViewEngineFactory factory;
    private final ViewEngines engines;
    private final KeptViews kept;
    private final Event<Refusal> refusals;
    private final PgViews reader;

    private volatile SourceColumns columns;

    @Inject
    ViewStart(
            TallyConfig config,
            ViewsFile file,
            ViewSettings settings,
            ViewLoader loader,
            ViewEngineFactory factory,
            ViewEngines engines,
            KeptViews kept,
            Event<Refusal> refusals) {
        this.file = file;
        this.settings = settings;
        this.loader = loader;
        this.factory = factory;
        this.engines = engines;
        this.kept = kept;
        this.refusals = refusals;
        this.reader = new PgViews(!config.source().replaceNullWithDefault());
    }

    /** The columns that are read of the views' table, once they are known. */
    SourceColumns columns() {
        return columns;
    }

    /** @param isEngine false where the program only makes up orders */
    void start(
            @Observes StartupEvent event,
            @ConfigProperty(name = "mp.messaging.incoming.orders.enabled", defaultValue = "true") boolean isEngine) {
        if (isEngine) {
            loader.load(file.statements(), reader).thenAccept(this::begin).exceptionally(failure -> {
                LOG.error("the views cannot be kept", failure);
                refusals.fire(new Refusal("the views cannot be kept: " + failure.getMessage()));
                return null;
            });
        }
    }

    private void begin(List<Loaded> loaded) {
        List<Loaded> taken = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (Loaded one : loaded) {
            String why = one.view() == null ? one.refusal() : refusal(one.view(), taken);
            if (why == null) {
                taken.add(one);
            } else {
                refused.add(why);
            }
        }
        if (taken.isEmpty()) {
            refusals.fire(new Refusal(String.join("\n", refused)));
            return;
        }
        refused.forEach(LOG::error);
        columns = new SourceColumns(taken.stream().map(Loaded::view).toList());
        List<ViewEngine> all = taken.stream().map(this::engine).toList();
        engines.are(all, refused);
        kept.are(all.stream()
                .map(view -> new KeptView(view.windowSettings(), view.store(), view.takeover()))
                .toList());
    }

    /** Why a view that PostgreSQL and we can read is not kept all the same, or null. */
    private static String refusal(View view, List<Loaded> taken) {
        if (view.window().isEmpty()) {
            return "view " + view.name() + ": it has no window, and a total that never closes is not published yet;"
                    + " group by date_bin over a time";
        }
        return taken.isEmpty()
                ? null
                : "view " + view.name() + ": one view for now, which is "
                        + taken.getFirst().view().name() + "; start another engine for it";
    }

    private ViewEngine engine(Loaded one) {
        return factory.make(
                one.statement(), settings.window(one.view()), settings.publish(one.view()), reader, columns);
    }
}
