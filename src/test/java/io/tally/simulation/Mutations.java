package io.tally.simulation;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Shows that the simulation would notice: changes the code in one place, runs schedules until one fails, and goes on to the
 * next change. Fails if a change does not apply any more or is not noticed:
 *
 * <pre>
 *   ./mvnw -P simulation verify -DskipTests -Dsimulation.main=io.tally.simulation.Mutations
 * </pre>
 *
 * The argument, if there is one, selects mutations whose name contains it. Nothing below {@code src} or {@code target} is
 * touched. What PostgreSQL does is mutated in its mirror here.
 */
public final class Mutations {

    private static final int MOST_SCHEDULES = 50_000;

    private Mutations() {}

    public static void main(String[] args) throws Exception {
        int missed = 0;
        System.out.println("| mutation | caught by schedule |\n| --- | --- |");
        for (Mutation mutation : Mutation.ALL) {
            if (args.length == 0 || mutation.name().contains(args[0])) {
                String outcome = outcome(mutation);
                missed += outcome.startsWith("NOT") ? 1 : 0;
                System.out.println("| " + mutation.name() + " | " + outcome + " |");
            }
        }
        if (missed > 0) {
            System.exit(1);
        }
    }

    private static String outcome(Mutation mutation) throws Exception {
        Path work = Files.createTempDirectory("mutation");
        try {
            List<String> sources = new ArrayList<>();
            for (Mutation.Edit edit : mutation.edits()) {
                Path target = work.resolve(edit.file());
                Path original = Files.exists(target) ? target : Path.of(edit.file());
                String text = Files.readString(original);
                int at = text.indexOf(edit.from());
                if (at < 0 || text.indexOf(edit.from(), at + 1) >= 0) {
                    return "NOT APPLIED: the text to change is not there exactly once";
                }
                Files.createDirectories(target.getParent());
                Files.writeString(target, text.replace(edit.from(), edit.to()));
                sources.add(target.toString());
            }
            String complaint = compile(sources, work.resolve("classes"));
            return complaint == null
                    ? run(work.resolve("classes"), mutation.firstSeed())
                    : "NOT COMPILED: " + complaint;
        } finally {
            delete(work);
        }
    }

    private static String compile(List<String> sources, Path classes) throws IOException {
        Files.createDirectories(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of(
                "-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none", "-nowarn");
        StringWriter complaints = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromStrings(
                    sources.stream().distinct().toList());
            return compiler.getTask(complaints, files, null, options, null, units)
                            .call()
                    ? null
                    : complaints.toString();
        }
    }

    /** Loads everything anew, the changed classes first. */
    private static String run(Path classes, long firstSeed) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(classes.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass(Simulation.class.getName());
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method run = type.getDeclaredMethod("run", long.class);
            run.setAccessible(true);
            Object simulation = constructor.newInstance();
            for (long seed = firstSeed; seed < firstSeed + MOST_SCHEDULES; seed++) {
                if (run.invoke(simulation, seed) != null) {
                    return Long.toString(seed);
                }
            }
            return "NOT CAUGHT in " + MOST_SCHEDULES;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
