package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links lead somewhere, lines fit, and of each command it is known that it works. */
class ProseTest {

    private static final int WIDTH = 130;

    private static final Path HERE = Path.of("");
    private static final Path DOCS = Path.of("docs");
    private static final Path COMMANDS = Path.of("src", "test", "resources", "commands.txt");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern COMMENT = Pattern.compile(" *(/\\*|\\*|//)");
    private static final Pattern HEADING = Pattern.compile("#+ (.*)");

    /** A sentence without a subject that has a name, unless it is a question. */
    private static final Pattern RIDDLE = Pattern.compile("\\b(?:What|Who|Whoever|Whatever|Whose)\\b[^.!?]*(?:[.!]|$)");

    /** Something with arguments, after any variables, and with nothing left out. */
    private static final Pattern COMMAND = Pattern.compile(
            "(?:[A-Z_]+=\\S* )*(?:\\./|\\.ci/|src/scripts/|debezium/\\w+\\.sh"
                    + "|(?:cp|curl|docker(?! compose$)|docker-compose|gpg|java|kubectl|promtool|psql|sha256sum|shellcheck) )[^…]*");

    /** They say beside each command what came out. */
    private static final Set<Path> RECORDS =
            Set.of(DOCS.resolve("benchmarks.md"), DOCS.resolve("benchmarks-history.md"), DOCS.resolve("adr"));

    private static List<Path> documents() {
        try (Stream<Path> top = Files.list(Path.of("."));
                Stream<Path> docs = Files.walk(DOCS)) {
            return Stream.concat(top.map(Path::normalize), docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** Lines outside of blocks of code. */
    private static List<String> prose(Path file) {
        List<String> prose = new ArrayList<>();
        boolean isCode = false;
        for (String line : lines(file)) {
            if (line.startsWith("```")) {
                isCode = !isCode;
            } else if (!isCode) {
                prose.add(line);
            }
        }
        return prose;
    }

    /** Lines of blocks that are in no language, a continued one with what continues it. */
    private static List<String> typed(Path file) {
        List<String> typed = new ArrayList<>();
        String fence = null;
        String begun = "";
        for (String line : lines(file)) {
            if (line.startsWith("```")) {
                fence = fence == null ? line : null;
            } else if ("```".equals(fence)) {
                String whole = begun + line.strip();
                begun = whole.endsWith("\\") ? whole.substring(0, whole.length() - 1) : "";
                if (begun.isEmpty()) {
                    typed.add(whole);
                }
            }
        }
        return typed;
    }

    /** The names that a site gives to headings. */
    private static Set<String> anchors(Path file) {
        Map<String, Integer> met = new HashMap<>();
        return prose(file).stream()
                .map(HEADING::matcher)
                .filter(Matcher::matches)
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .map(name -> met.merge(name, 1, Integer::sum) == 1 ? name : name + "-" + (met.get(name) - 1))
                .collect(Collectors.toSet());
    }

    @Test
    void links_leadSomewhere() {
        List<String> broken = new ArrayList<>();
        int count = 0;
        for (Path file : documents()) {
            String text = CODE.matcher(String.join("\n", prose(file))).replaceAll("");
            for (MatchResult link : LINK.matcher(text).results().toList()) {
                String target = link.group(1);
                if (!target.matches("https?://.*")) {
                    count++;
                    if (!isThere(file, target)) {
                        broken.add(file + ": " + target);
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(count > 50, count + " links");
    }

    private static boolean isThere(Path from, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? from
                : HERE.resolve(from).resolveSibling(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    /** Rows of tables cannot be broken. */
    @Test
    void linesOfDocuments_fit() {
        assertEquals(List.of(), wideLines(documents(), line -> !line.startsWith("|")));
    }

    /** The rest is the formatter's. */
    @Test
    void linesOfComments_fit() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src"))) {
            assertEquals(
                    List.of(),
                    wideLines(
                            sources.filter(file -> file.toString().endsWith(".java"))
                                    .toList(),
                            line -> COMMENT.matcher(line).lookingAt()));
        }
    }

    private static List<String> wideLines(List<Path> files, Predicate<String> counts) {
        List<String> wide = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > WIDTH && counts.test(lines.get(i))) {
                    wide.add(file + ":" + (i + 1));
                }
            }
        }
        return wide;
    }

    @Test
    void sentencesOfDocuments_nameTheirSubject() {
        List<String> riddles = new ArrayList<>();
        for (Path file : documents()) {
            // Else a sentence would go on in the next paragraph or heading.
            String text = prose(file).stream()
                    .map(line -> line.isEmpty() || HEADING.matcher(line).matches() ? "." : line)
                    .collect(Collectors.joining(" "));
            addRiddles(file, CODE.matcher(text).replaceAll("code"), riddles);
        }
        assertEquals(List.of(), riddles);
    }

    @Test
    void sentencesOfComments_nameTheirSubject() throws IOException {
        List<String> riddles = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            sources.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> addRiddles(file, comments(file), riddles));
        }
        assertEquals(List.of(), riddles);
    }

    private static void addRiddles(Path file, String text, List<String> riddles) {
        RIDDLE.matcher(text).results().forEach(riddle -> riddles.add(file + ": " + riddle.group()));
    }

    private static String comments(Path file) {
        return lines(file).stream()
                .filter(line -> COMMENT.matcher(line).lookingAt())
                .map(line -> COMMENT.matcher(line).replaceFirst(""))
                .collect(Collectors.joining(" "));
    }

    /** {@code commands.txt} names, for each command, a file that runs it, or the day on which somebody did. */
    @Test
    void commands_areKnownToWork() throws IOException {
        Map<String, String> known = new TreeMap<>();
        for (String line : lines(COMMANDS)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(" +\\| ", 2);
                known.put(parts[1], parts[0]);
            }
        }
        assertEquals(commands(), new TreeSet<>(known.keySet()));
        for (Map.Entry<String, String> command : known.entrySet()) {
            String proof = command.getValue();
            if (!proof.matches("\\d{4}-\\d{2}-\\d{2}|needs .+")) {
                String text = Files.readString(Path.of(proof)).replace("maven ", "./mvnw ");
                assertTrue(text.contains(command.getKey()), () -> proof + " does not run " + command.getKey());
            }
        }
    }

    private static Set<String> commands() {
        return documents().stream()
                .filter(file -> RECORDS.stream().noneMatch(file::startsWith))
                .flatMap(file -> Stream.concat(
                        typed(file).stream(),
                        CODE.matcher(String.join("\n", prose(file)))
                                .results()
                                .map(code -> code.group(1))
                                .filter(code -> code.strip().contains(" "))))
                .map(code -> code.replaceFirst("\\s{2,}#.*$", "")
                        .replaceAll("\\s+", " ")
                        .strip())
                .filter(code -> COMMAND.matcher(code).matches())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
