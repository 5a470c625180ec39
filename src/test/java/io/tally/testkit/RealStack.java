package io.tally.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * PostgreSQL, Kafka and Kafka Connect with Debezium as real processes on free ports, started by the program under
 * {@code src/stack}. One is shared by all tests of this JVM; it ends when this JVM ends, however that happens. A test that
 * does to its services what others could not stand starts one of its own.
 *
 * <p>The system properties {@code postgres.programs} and {@code results.programs} name folders of another PostgreSQL.
 */
public final class RealStack implements AutoCloseable {

    private static final Path STACK_JAR = Path.of("target", "stack", "tally-stack.jar");

    /** The process is kept here, because a Quarkus test has class loaders of its own and so its own static fields. */
    private static final String SUPERVISOR = "io.tally.testkit.RealStack.supervisor";

    private static final long STOP_LIMIT_SECONDS = 120;

    private final Process supervisor;
    private final Path directory;
    private final BufferedReader answers;
    private final Writer commands;
    private final Properties state = new Properties();

    /** The stack, started if it is not running yet. */
    public static RealStack get() {
        synchronized (System.getProperties()) {
            try {
                Process running = (Process) System.getProperties().get(SUPERVISOR);
                if (running == null) {
                    running = start(directory(""));
                    System.getProperties().put(SUPERVISOR, running);
                }
                return new RealStack(running, directory(""));
            } catch (IOException e) {
                throw new UncheckedIOException("the real stack did not start", e);
            }
        }
    }

    /** Starts a stack that only the caller knows, who closes it. */
    public static RealStack ofOnesOwn(String name) {
        try {
            Path directory = directory("-" + name);
            return new RealStack(start(directory), directory);
        } catch (IOException e) {
            throw new UncheckedIOException("the real stack did not start", e);
        }
    }

    private static Process start(Path directory) throws IOException {
        if (!Files.exists(STACK_JAR)) {
            throw new IOException(STACK_JAR + " is missing; ./mvnw -f src/stack/pom.xml package makes it");
        }
        List<String> command = new ArrayList<>(List.of(
                Processes.java(),
                "-jar",
                STACK_JAR.toString(),
                "--dir",
                directory.toString(),
                "--postgres-port",
                "0",
                "--kafka-port",
                "0",
                "--kafka-proxy",
                "--kafka-tls",
                Certificates.make(directory.resolveSibling(directory.getFileName() + "-tls"), "the stack")
                        .keyStore()
                        .toString(),
                "--connect-port",
                "0",
                "--stop-on-stdin-eof"));
        for (String service : List.of("postgres", "results")) {
            String programs = System.getProperty(service + ".programs", "");
            if (!programs.isEmpty()) {
                command.addAll(List.of("--" + service + "-programs", programs));
            }
        }
        Process supervisor = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        awaitReady(supervisor.inputReader(StandardCharsets.UTF_8));
        return supervisor;
    }

    private RealStack(Process supervisor, Path directory) throws IOException {
        this.supervisor = supervisor;
        this.directory = directory;
        answers = supervisor.inputReader(StandardCharsets.UTF_8);
        commands = supervisor.outputWriter(StandardCharsets.UTF_8);
        try (var in = Files.newBufferedReader(directory.resolve("stack.properties"))) {
            state.load(in);
        }
    }

    private static Path directory(String suffix) throws IOException {
        return Files.createDirectories(Path.of("target", "it"))
                .resolve("stack-" + ProcessHandle.current().pid() + suffix);
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
     * @param what {@code stop}, {@code kill} or {@code start}, and {@code postgres}, {@code results}, {@code broker},
     *     {@code connect} or {@code plain-connect}
     */
    public void command(String what) {
        String answer = ask(what);
        if (!("ok " + what).equals(answer)) {
            throw new IllegalStateException(what + " was answered by: " + answer);
        }
    }

    /** Brings a service into a state it may be in already. */
    public void ensure(String what) {
        ask(what);
    }

    private synchronized String ask(String what) {
        try {
            commands.write(what + "\n");
            commands.flush();
            String answer = answers.readLine();
            while (answer != null && !answer.startsWith("ok ") && !answer.startsWith("failed ")) {
                System.out.println("stack: " + answer);
                answer = answers.readLine();
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException("the stack does not answer", e);
        }
    }

    public int postgresPort() {
        return Integer.parseInt(state.getProperty("postgres.port"));
    }

    /** The port of the second PostgreSQL, for results only; it has to be started first. */
    public int resultsPort() {
        return Integer.parseInt(state.getProperty("results.port"));
    }

    public String bootstrapServers() {
        return state.getProperty("broker.bootstrap.servers");
    }

    /** The port on which clients of the broker's second listener expect it; a proxy is to be there. */
    public int brokerProxyPort() {
        return Integer.parseInt(state.getProperty("broker.proxy.port"));
    }

    /** The port of the broker's second listener. */
    public int brokerProxiedPort() {
        return Integer.parseInt(state.getProperty("broker.proxied.port"));
    }

    /** The port of the broker's listener that speaks TLS only. */
    public int brokerTlsPort() {
        return Integer.parseInt(state.getProperty("broker.tls.port"));
    }

    /** The port of the one that demands a user as well, by SCRAM-SHA-512. */
    public int brokerSaslPort() {
        return Integer.parseInt(state.getProperty("broker.sasl.port"));
    }

    /** What the broker's certificate was signed with. */
    public Certificates certificates() {
        return Certificates.in(directory.resolveSibling(directory.getFileName() + "-tls"));
    }

    public String connectUrl() {
        return state.getProperty("connect.url");
    }

    /** The worker without exactly-once support; it has to be started first. */
    public String plainConnectUrl() {
        return state.getProperty("plain-connect.url");
    }

    /** Where PostgreSQL keeps everything; to be touched only while it is stopped. */
    public Path postgresData() {
        return dataOf("postgres");
    }

    /** The same of the second one. */
    public Path resultsData() {
        return dataOf("results");
    }

    private Path dataOf(String service) {
        return directory.resolve("data").resolve(service);
    }

    /** Ends a stack of one's own. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Processes.awaitExit(supervisor, STOP_LIMIT_SECONDS);
    }
}
