package io.tally.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * PostgreSQL, Kafka and Kafka Connect with Debezium as real processes on free ports, started by the program under
 * {@code src/stack}. Shared by all tests of this JVM; it ends when this JVM ends, however that happens.
 */
public final class RealStack {

    private static final Path STACK_JAR = Path.of("target", "stack", "tally-stack.jar");

    /** The process is kept here, because a Quarkus test has class loaders of its own and so its own static fields. */
    private static final String SUPERVISOR = "io.tally.testkit.RealStack.supervisor";

    private final BufferedReader answers;
    private final Writer commands;
    private final Properties state = new Properties();

    /** The stack, started if it is not running yet. */
    public static RealStack get() {
        synchronized (System.getProperties()) {
            try {
                Process running = (Process) System.getProperties().get(SUPERVISOR);
                return running == null ? start() : new RealStack(running);
            } catch (IOException e) {
                throw new UncheckedIOException("the real stack did not start", e);
            }
        }
    }

    private static RealStack start() throws IOException {
        if (!Files.exists(STACK_JAR)) {
            throw new IOException(STACK_JAR + " is missing; mvn -f src/stack/pom.xml package makes it");
        }
        Process supervisor = new ProcessBuilder(List.of(
                        Processes.java(),
                        "-jar",
                        STACK_JAR.toString(),
                        "--dir",
                        directory().toString(),
                        "--postgres-port",
                        "0",
                        "--kafka-port",
                        "0",
                        "--connect-port",
                        "0",
                        "--stop-on-stdin-eof"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        awaitReady(supervisor.inputReader(StandardCharsets.UTF_8));
        System.getProperties().put(SUPERVISOR, supervisor);
        return new RealStack(supervisor);
    }

    private RealStack(Process supervisor) throws IOException {
        answers = supervisor.inputReader(StandardCharsets.UTF_8);
        commands = supervisor.outputWriter(StandardCharsets.UTF_8);
        try (var in = Files.newBufferedReader(directory().resolve("stack.properties"))) {
            state.load(in);
        }
    }

    private static Path directory() throws IOException {
        return Files.createDirectories(Path.of("target", "it"))
                .resolve("stack-" + ProcessHandle.current().pid());
    }

    private static void awaitReady(BufferedReader answers) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.equals("ready")) {
                return;
            }
            said.append(line).append('\n');
        }
        throw new IOException("the stack said: " + said);
    }

    /**
     * Steers a service.
     *
     * @param what {@code stop}, {@code kill} or {@code start}, and {@code postgres}, {@code broker} or {@code connect}
     */
    public synchronized void command(String what) {
        try {
            commands.write(what + "\n");
            commands.flush();
            String answer = answers.readLine();
            while (answer != null && !answer.startsWith("ok ") && !answer.startsWith("failed ")) {
                System.out.println("stack: " + answer);
                answer = answers.readLine();
            }
            if (!("ok " + what).equals(answer)) {
                throw new IllegalStateException(what + " was answered by: " + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the stack does not answer", e);
        }
    }

    public int postgresPort() {
        return Integer.parseInt(state.getProperty("postgres.port"));
    }

    public String bootstrapServers() {
        return state.getProperty("broker.bootstrap.servers");
    }

    public String connectUrl() {
        return state.getProperty("connect.url");
    }
}
