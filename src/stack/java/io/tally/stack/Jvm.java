package io.tally.stack;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines for JVMs that run on the same JDK and class path as this one. */
final class Jvm {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private Jvm() {}

    /**
     * A command that runs a main class.
     *
     * @param temp where libraries unpack their native code, so that a killed JVM leaves nothing in the system's folder
     */
    static ProcessBuilder run(Class<?> main, List<String> options, Path temp, String... args) {
        List<String> command = new ArrayList<>(List.of(
                JAVA,
                "-cp",
                classPath(),
                // Small heaps: the serial collector needs the fewest threads and the least memory beside the heap.
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                // The file of counters in the system's temporary folder would outlive a killed JVM.
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temp,
                "-Djava.awt.headless=true",
                "-Dstack.log.level=INFO"));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command);
    }

    /** The jar of this program, whose manifest names all others; or, started from an IDE, what that has put together. */
    private static String classPath() {
        URL own = Jvm.class.getProtectionDomain().getCodeSource().getLocation();
        try {
            return own.getPath().endsWith(".jar")
                    ? Path.of(own.toURI()).toString()
                    : System.getProperty("java.class.path");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("class path entry without a path: " + own, e);
        }
    }
}
