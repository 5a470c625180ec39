package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.DeadLetterReason;
import io.tally.window.DataLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/operations.md have a row for each thing there is, and for nothing else. */
public class DocumentsTest {

    private static final Path OPERATIONS = Path.of("docs/operations.md");
    private static final Path ALERTS = Path.of("prometheus/alerts.yml");
    private static final Path ALERTS_FOR_KUBERNETES = Path.of("kubernetes/alerts.yaml");

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }

    private static Set<String> found(Path file, String pattern) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(read(file))
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The first cells of the table below a heading. */
    public static Set<String> rowsBelow(String heading) {
        String below = read(OPERATIONS).split(Pattern.quote(heading), 2)[1];
        return below.lines()
                .dropWhile(line -> !line.startsWith("| --- "))
                .skip(1)
                .takeWhile(line -> line.startsWith("|"))
                .flatMap(line -> Pattern.compile("`([^`]+)`")
                        .matcher(line.substring(0, line.indexOf('|', 1)))
                        .results())
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> sorted(Stream<String> names) {
        return names.collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void deadLetterReasons_haveTheirRows() {
        assertEquals(
                sorted(Arrays.stream(DeadLetterReason.values()).map(DeadLetterReason::code)),
                rowsBelow("**Dead letters.**"));
    }

    @Test
    void reasonsOfDataLoss_haveTheirRows() {
        assertEquals(
                sorted(Arrays.stream(DataLoss.Reason.values()).map(DataLoss.Reason::code)), rowsBelow("## Data loss"));
    }

    @Test
    void settings_haveTheirRows() {
        String settings = read(OPERATIONS).split("(?m)^## Settings$", 2)[1].split("(?m)^## ", 2)[0];
        for (String name : SettingsCheck.names().all()) {
            int dot = name.lastIndexOf('.');
            String group = name.substring(0, dot);
            boolean alone = settings.contains("`" + name + "`");
            // Several of a group stand in one row, the first with its whole name.
            boolean besideOthers = settings.lines()
                    .anyMatch(
                            line -> line.contains("`" + group + ".") && line.contains("`" + name.substring(dot) + "`"));
            boolean inText = group.equals("tally.datagen") && settings.contains("`" + name.substring(dot) + "`");
            assertTrue(
                    alone || besideOthers || inText || name.equals("tally.datagen.enabled"),
                    () -> name + " has no row in " + OPERATIONS);
        }
        for (String name : found(OPERATIONS, "^\\| `(tally\\.[a-z.-]+)`")) {
            assertTrue(SettingsCheck.names().all().contains(name), () -> name + " is no setting");
        }
    }

    @Test
    void alerts_haveTheirRunbooks() {
        Set<String> alerts = found(ALERTS, "^ *- alert: (\\w+)$");
        assertEquals(alerts, found(OPERATIONS, "^### (Tally\\w+)$"));
        Set<String> linked = found(ALERTS, "^ *runbook_url: '[^#]*#(\\w+)'$");
        assertEquals(sorted(alerts.stream().map(name -> name.toLowerCase(Locale.ROOT))), linked);
    }

    @Test
    void alerts_sayWhatReadersNotice() {
        assertEquals(count(" - alert: "), count("^ *impact: \\S"));
    }

    private static long count(String pattern) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(read(ALERTS))
                .results()
                .count();
    }

    /** One that nobody exports never comes, without a word. */
    @Test
    void alerts_askForMetricsThatThereAre() {
        Set<String> metrics = rowsBelow("## Metrics").stream()
                .map(row -> row.replaceFirst("\\{.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> asked = found(ALERTS, "(?<![\\w:])(tally_\\w+)");
        assertTrue(asked.size() > 10, asked::toString);
        asked.removeAll(metrics);
        assertEquals(Set.of(), asked);
    }

    @Test
    void alertsForKubernetes_areTheSame() {
        String wanted = read(ALERTS)
                .lines()
                .dropWhile(line -> !line.equals("groups:"))
                .map(line -> line.isEmpty() ? line : "  " + line)
                .collect(Collectors.joining("\n", "", "\n"));
        assertEquals(
                wanted,
                read(ALERTS_FOR_KUBERNETES).split("(?m)^spec:\n", 2)[1],
                "To make it anew: sed -i '/^spec:/q' " + ALERTS_FOR_KUBERNETES
                        + " && sed -n '/^groups:/,${s/^./  &/;p}' " + ALERTS + " >>" + ALERTS_FOR_KUBERNETES);
    }
}
