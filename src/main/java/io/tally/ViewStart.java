package io.tally;

import static java.util.stream.Collectors.groupingBy;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tally.ingest.Refusal;
import io.tally.ingest.ViewInput;
import io.tally.ingest.ViewInputs;
import io.tally.publish.PgViews;
import io.tally.publish.SourceColumns;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngineFactory;
import io.tally.publish.ViewEngines;
import io.tally.publish.ViewLoader;
import io.tally.publish.ViewLoader.Loaded;
import io.tally.registry.SchemaRegistry;
import io.tally.view.View;
import io.tally.window.Memory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Has the views read when the engine starts, and lets their parts begin. */
@ApplicationScoped
class ViewStart {

    private static final Logger LOG = Logger.getLogger(ViewStart.class);

    /** Longer than a database that is there takes to read some views; without one, the page says that it is awaited. */
    private static final Duration DEVELOPER_WAITS = Duration.ofSeconds(5);

    private final ViewsFile file;
    private final ViewSettings settings;
    private final SourceTopics topics;
    private final ViewLoader loader;
    private final ViewEngineFactory factory;
    private final ViewEngines engines;
    private final ViewInputs inputs;
    private final Event<Refusal> refusals;
    private final SchemaRegistry registry;
    private final PgViews reader;

    /** By topic. */
    private volatile Map<String, SourceColumns> columns = Map.of();

    @Inject
    ViewStart(
            TallyConfig config,
            ViewsFile file,
            ViewSettings settings,
            SourceTopics topics,
            ViewLoader loader,
            ViewEngineFactory factory,
            ViewEngines engines,
            ViewInputs inputs,
            SchemaRegistry registry,
            Event<Refusal> refusals) {
        this.file = file;
        this.settings = settings;
        this.topics = topics;
        this.loader = loader;
        this.factory = factory;
        this.engines = engines;
        this.inputs = inputs;
        this.registry = registry;
        this.refusals = refusals;
        this.reader = new PgViews(!config.source().replaceNullWithDefault());
    }

    /** The columns that are read of a topic's table. */
    SourceColumns columns(String topic) {
        return columns.get(topic);
    }

    /** The columns that are read of the only table there is. */
    SourceColumns columns() {
        return columns.values().iterator().next();
    }

    /** The tables that views read, once these are known. */
    Set<String> tables() {
        return columns.values().stream().map(SourceColumns::table).collect(Collectors.toSet());
    }

    /** @param isEngine false where the program only makes up orders */
    void start(
            @Observes StartupEvent event,
            @ConfigProperty(name = "mp.messaging.incoming.orders.enabled", defaultValue = "true") boolean isEngine) {
        if (!isEngine) {
            return;
        }
        CompletableFuture<List<String>> refused =
                loader.load(file.statements(), reader).thenApply(this::begin).toCompletableFuture();
        refused.exceptionally(failure -> {
            LOG.error("the views cannot be kept", failure);
            refusals.fire(new Refusal("the views cannot be kept: " + failure.getMessage()));
            return null;
        });
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            failIfAny(refused);
        }
    }

    /**
     * In development a refused view is a failed start: Quarkus shows why in place of the page, and starts anew once it is
     * mended.
     */
    private static void failIfAny(CompletableFuture<List<String>> refused) {
        List<String> reasons = refused.copy()
                .completeOnTimeout(List.of(), DEVELOPER_WAITS.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (!reasons.isEmpty()) {
            throw new ConfigurationException("Tally cannot run: " + String.join("\n", reasons));
        }
    }

    /** Returns why views are refused, a text for each of them. */
    private List<String> begin(List<Loaded> loaded) {
        boolean oneTable = loaded.stream()
                        .filter(one -> one.view() != null)
                        .map(one -> one.view().sourceName())
                        .distinct()
                        .count()
                == 1;
        Map<Loaded, String> topicOf = new LinkedHashMap<>();
        Map<String, String> refused = new LinkedHashMap<>();
        for (Loaded one : loaded) {
            if (one.view() == null) {
                refused.put(one.statement().name(), one.refusal());
            } else {
                Optional<String> topic = topics.of(one.view().sourceName(), oneTable);
                String why =
                        topic.map(name -> refusal(one.view(), name, topicOf)).orElseGet(() -> withoutTopic(one.view()));
                if (why.isEmpty()) {
                    topicOf.put(one, topic.get());
                } else {
                    refused.put(one.statement().name(), why);
                }
            }
        }
        if (topicOf.isEmpty()) {
            refusals.fire(new Refusal(String.join("\n", refused.values())));
        } else {
            refused.values().forEach(LOG::error);
            keep(topicOf, refused);
        }
        return List.copyOf(refused.values());
    }

    private void keep(Map<Loaded, String> topicOf, Map<String, String> refused) {
        Map<String, List<View>> byTopic = topicOf.entrySet().stream()
                .collect(groupingBy(
                        Map.Entry::getValue,
                        Collectors.mapping(entry -> entry.getKey().view(), Collectors.toList())));
        Map<String, SourceColumns> found = new HashMap<>();
        byTopic.forEach((topic, views) -> found.put(topic, new SourceColumns(views)));
        columns = Map.copyOf(found);
        Memory memory = new Memory();
        List<ViewEngine> all = new ArrayList<>();
        topicOf.forEach((one, topic) -> all.add(factory.make(
                one.statement(),
                settings.window(one.view()),
                settings.publish(one.view()),
                topic,
                memory,
                reader,
                columns.get(topic))));
        engines.are(all, refused);
        inputs.are(all.stream()
                .map(view -> new ViewInput(view.name(), view.topic(), view.store(), view.takeover()))
                .toList());
    }

    /** Why a view cannot be kept beside those that are taken already, or an empty text. */
    private String refusal(View view, String topic, Map<Loaded, String> taken) {
        for (Map.Entry<Loaded, String> other : taken.entrySet()) {
            String table = other.getKey().view().sourceName();
            if (table.equals(view.sourceName())) {
                continue;
            }
            if (other.getValue().equals(topic)) {
                return "view " + view.name() + ": topic " + topic + " would have the changes of " + view.sourceName()
                        + ", and it has those of " + table + "; set tally.source.topics";
            }
            if (registry.configured()) {
                return "view " + view.name() + ": with a schema registry all views are over one table, which is "
                        + table + "; start another engine for it";
            }
        }
        return "";
    }

    private static String withoutTopic(View view) {
        return "view " + view.name() + ": nothing tells the topic of " + view.sourceName()
                + "; set tally.source.topics=" + view.sourceName() + "=<topic>";
    }
}
