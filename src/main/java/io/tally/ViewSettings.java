package io.tally;

import static io.tally.EngineBeans.check;

import io.tally.cdc.UpdateMode;
import io.tally.publish.PublishSettings;
import io.tally.view.View;
import io.tally.view.ViewStatement;
import io.tally.window.WindowSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The settings that are about views: checked before there is any, and turned into what each of them needs. */
@Singleton
final class ViewSettings {

    private static final Pattern TABLE_NAME = Pattern.compile("[^.\"\\s]+(\\.[^.\"\\s]+)?");

    /** Of {@code tally.rebuild}: all views, or none of them. */
    private static final String ALL = "true";

    private static final String NONE = "false";

    private final TallyConfig config;

    /** @throws IllegalArgumentException if one is impossible */
    @Inject
    ViewSettings(TallyConfig config, ViewsFile file) {
        this.config = config;
        List<String> views = file.statements().stream().map(ViewStatement::name).toList();
        config.live()
                .ifPresent(names -> names.forEach(name -> check(
                        "TALLY_LIVE", name, views.contains(name), "names of views: " + String.join(", ", views))));
        config.rebuild()
                .forEach(asked ->
                        check("tally.rebuild", asked, isPossible(asked, views), """
                true, false, or a view and any word, such as %s@monday""".formatted(views.getFirst())));
        check(
                "tally.out-of-orderness",
                config.outOfOrderness(),
                !config.outOfOrderness().isNegative(),
                "zero or more");
        check("tally.idle-timeout", config.idleTimeout(), config.idleTimeout().isPositive(), "more than zero");
        check("tally.max-future", config.maxFuture(), !config.maxFuture().isNegative(), "zero or more");
        check("tally.max-groups", config.maxGroups(), config.maxGroups() >= 1_000, "1000 or more");
        Duration after = config.publishEarly().after();
        check("tally.publish-early.after", after, after.isPositive(), "more than zero");
        long records = config.publishEarly().records();
        check("tally.publish-early.records", records, records >= 1_000, "1000 or more");
        config.historyOlderThan()
                .ifPresent(age -> check("tally.history-older-than", age, age.isPositive(), "more than zero"));
        Duration every = config.audit().every();
        check("tally.audit.every", every, every.isPositive(), "more than zero");
        Duration range = config.audit().range();
        check("tally.audit.range", range, range.isPositive(), "more than zero");
        config.source()
                .aliases()
                .ifPresent(aliases -> aliases.forEach(alias -> check(
                        "tally.source.aliases",
                        alias,
                        TABLE_NAME.matcher(alias).matches(),
                        "schema.table, or table, spelt as the catalog has them and without quotes")));
    }

    /** How rows become groups of a view. Durations that are shorter than its window are raised to its length. */
    WindowSettings window(View view) {
        return new WindowSettings(
                view,
                config.outOfOrderness().toMillis(),
                config.idleTimeout().toMillis(),
                config.maxFuture().toMillis(),
                config.maxGroups(),
                atLeastAWindow(config.publishEarly().after(), view).toMillis(),
                config.publishEarly().records(),
                config.onTruncate() == TallyConfig.OnTruncate.REBUILD,
                resultsDiffer().isEmpty(),
                history(view).map(Duration::toMillis).orElse(WindowSettings.NEVER),
                view.window().isEmpty() || config.live().orElse(Set.of()).contains(view.name()));
    }

    /** How a view is published. */
    PublishSettings publish(View view) {
        Map<String, String> rowSettings = new HashMap<>(Map.of(
                PublishSettings.VIEW,
                view.words(),
                PublishSettings.COLUMNS,
                view.columnWords(),
                "tally.updates",
                config.updates().name().toLowerCase(Locale.ROOT),
                PublishSettings.HISTORY,
                config.historyOlderThan().map(Duration::toString).orElse("never")));
        Optional<String> word = rebuildWord(view);
        word.ifPresent(asked -> rowSettings.put(PublishSettings.REBUILD, asked));
        return new PublishSettings(
                rowSettings,
                view,
                config.maxFuture().toSeconds(),
                history(view),
                config.updates() == UpdateMode.RETRACT,
                config.source().slot(),
                config.restartMargin(),
                config.createSchema(),
                word.isPresent() || config.rebuild().contains(ALL),
                config.onDataLoss() == TallyConfig.OnDataLoss.STOP,
                new PublishSettings.Audit(
                        auditOff(view),
                        config.audit().every(),
                        atLeastAWindow(config.audit().range(), view)));
    }

    private static boolean isPossible(String rebuild, List<String> views) {
        int at = rebuild.lastIndexOf('@');
        return rebuild.equals(ALL)
                || rebuild.equals(NONE)
                || at > 0 && at < rebuild.length() - 1 && views.contains(rebuild.substring(0, at));
    }

    private Optional<String> rebuildWord(View view) {
        String prefix = view.name() + "@";
        return config.rebuild().stream()
                .filter(asked -> asked.startsWith(prefix))
                .map(asked -> asked.substring(prefix.length()))
                .findFirst();
    }

    private Optional<String> auditOff(View view) {
        if (!config.audit().enabled()) {
            return Optional.of("tally.audit.enabled=false");
        }
        return view.window().isEmpty()
                ? Optional.of(
                        "without a window no row is ever final, so there is no moment at which it could be compared")
                : resultsDiffer();
    }

    private Optional<Duration> history(View view) {
        return config.historyOlderThan().map(age -> atLeastAWindow(age, view));
    }

    private static Duration atLeastAWindow(Duration setting, View view) {
        Duration window = Duration.ofMillis(view.windowOrAll().longestMs());
        return setting.compareTo(window) < 0 ? window : setting;
    }

    /** Why the results need not be what the table adds up to, or empty. */
    private Optional<String> resultsDiffer() {
        if (config.updates() == UpdateMode.APPEND) {
            return Optional.of("tally.updates=append makes results differ from their table");
        }
        return config.onTruncate() == TallyConfig.OnTruncate.IGNORE
                ? Optional.of("tally.on-truncate=ignore lets results differ from their table")
                : Optional.empty();
    }
}
