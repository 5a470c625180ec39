package io.tally.stack;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Main class: starts the services side by side, obeys commands until it is told to stop, and stops them. The
 * package's documentation has the protocol.
 */
public final class Stack {

    private final Options options;
    private final Workspace workspace;
    private final Ports ports = new Ports();
    private final Children children = new Children();
    private final Postgres postgres;
    private final Postgres results;
    private final Broker broker;
    private final Connect connect;
    private final Connect plainConnect;
    private final List<Service> services;

    private Stack(Options options, Workspace workspace) throws StackException {
        this.options = options;
        this.workspace = workspace;
        int postgresPort = claim(options.postgresPort(), "postgres", "POSTGRES_PORT", "--postgres-port");
        int brokerPort = claim(options.kafkaPort(), "broker", "KAFKA_PORT", "--kafka-port");
        int connectPort = claim(options.connectPort(), "connect", "CONNECT_PORT", "--connect-port");
        int controllerPort = ports.free();
        int resultsPort = options.resultsPort() == null
                ? ports.free()
                : claim(options.resultsPort(), "results", "RESULTS_PORT", "--results-port");
        List<String> here =
                options.resultsPort() == null ? List.of("source.sql", "results.sql") : List.of("source.sql");
        postgres = new Postgres("postgres", postgresPort, options.postgresPrograms(), here, workspace, children);
        results = new Postgres(
                "results", resultsPort, options.resultsPrograms(), List.of("results.sql"), workspace, children);
        Broker.Proxied proxied = options.kafkaProxy() ? new Broker.Proxied(ports.free(), ports.free()) : null;
        Broker.Secured secured =
                options.kafkaTls() == null ? null : new Broker.Secured(options.kafkaTls(), ports.free(), ports.free());
        broker = new Broker(brokerPort, controllerPort, proxied, secured, workspace, children);
        Map<String, String> environment = connectorEnvironment(postgresPort);
        connect = new Connect("connect", connectPort, broker, true, environment, workspace, children);
        plainConnect = new Connect("plain-connect", ports.free(), broker, false, environment, workspace, children);
        services = List.of(postgres, results, broker, connect, plainConnect);
    }

    private int claim(int wanted, String name, String variable, String option) throws StackException {
        return ports.claim(wanted, name, "free it, or move %s with %s or %s".formatted(name, variable, option));
    }

    /** What connectors find under {@code ${env:NAME}}: the way from the worker to the database, and its role there. */
    private static Map<String, String> connectorEnvironment(int postgresPort) {
        return Map.of(
                "DEBEZIUM_POSTGRES_HOST", "127.0.0.1",
                "DEBEZIUM_POSTGRES_PORT", Integer.toString(postgresPort),
                "DEBEZIUM_POSTGRES_DB", Postgres.DATABASE,
                "DEBEZIUM_POSTGRES_USER", "debezium",
                "DEBEZIUM_POSTGRES_PASSWORD", "debezium");
    }

    /** Runs until told to stop. Exit codes: 0 stopped, 1 failed, 2 wrong usage, 143 stopped by SIGTERM. */
    public static void main(String[] args) throws InterruptedException {
        if (List.of(args).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        try {
            Options options = Options.parse(args, System.getenv());
            new Stack(options, Workspace.open(options.dir())).run();
        } catch (Options.Unusable e) {
            System.out.println(e.getMessage());
            System.out.println(Options.USAGE);
            System.exit(2);
        } catch (StackException e) {
            System.out.println("failed: " + e.getMessage());
            System.exit(1);
        } catch (IOException e) {
            System.out.println("failed: " + e);
            System.exit(1);
        }
    }

    private void run() throws InterruptedException, IOException {
        workspace.prepare(options.keep());
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "shut-down"));
        // Listens from the beginning, so that the end of a test also ends a start.
        Commands commands = Commands.read(options.stopOnStdinEof() ? () -> System.exit(0) : () -> {});
        startAll();
        workspace.writeState(state());
        System.out.println("ready");
        while (true) {
            String answer = Commands.run(commands.next(), services);
            workspace.writeState(state());
            System.out.println(answer);
        }
    }

    /** Starts the usual services at once. Returns when all are ready, and not at all if one fails. */
    private void startAll() throws InterruptedException {
        List<Thread> starts = new ArrayList<>();
        List<Service> usual = new ArrayList<>(List.of(postgres, broker, connect));
        if (options.resultsPort() != null) {
            usual.add(results);
        }
        for (Service service : usual) {
            starts.add(Thread.ofPlatform().name("start-" + service.name()).start(() -> start(service)));
        }
        for (Thread start : starts) {
            start.join();
        }
    }

    private void start(Service service) {
        long startedNanos = System.nanoTime();
        try {
            service.start();
            System.out.printf(
                    "%s: ready on port %d (%.1f s)%n",
                    service.name(), service.port(), (System.nanoTime() - startedNanos) / 1e9);
        } catch (StackException | RuntimeException e) {
            // Once the stack is being stopped, a start that breaks off is no news.
            if (!children.closed()) {
                System.out.printf(
                        "%s: failed: %s%n",
                        service.name(), e instanceof StackException ? e.getMessage() : e.toString());
                workspace.printTail(service.log());
            }
            System.exit(1);
        }
    }

    /** What runs where, for {@code stack.properties}; values that {@link java.util.Properties} and a shell both read. */
    private Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("supervisor.pid", ProcessHandle.current().pid());
        for (Service service : services) {
            state.put(service.name() + ".port", service.port());
            state.put(service.name() + ".pid", service.isRunning() ? service.pid() : "");
            state.put(service.name() + ".log", service.log());
        }
        state.put("postgres.jdbc.url", postgres.jdbcUrl(Postgres.DATABASE));
        state.put("broker.bootstrap.servers", broker.bootstrapServers());
        state.putAll(broker.proxiedState());
        state.putAll(broker.securedState());
        state.put("connect.url", connect.url());
        state.put("plain-connect.url", plainConnect.url());
        return state;
    }

    /** The shutdown hook, whoever asked for it: a signal, the end of standard input, or a failed start. */
    private void shutDown() {
        children.close();
        // Each is a client of the next. Where the data go too there is nothing to finish, except for PostgreSQL, which
        // has shared memory to give back.
        end(plainConnect, options.keep());
        end(connect, options.keep());
        end(broker, options.keep());
        end(postgres, true);
        end(results, true);
        try {
            children.endAll(Service.KILL_LIMIT);
            workspace.close(options.keep());
        } catch (StackException | IOException e) {
            System.out.println("not all could be cleared away: " + e);
        }
    }

    private static void end(Service service, boolean clean) {
        if (!service.isRunning()) {
            return;
        }
        try {
            if (clean) {
                service.stop();
            } else {
                service.kill();
            }
        } catch (StackException e) {
            // It is killed below, with whatever else is left.
            System.out.printf("%s: not stopped: %s%n", service.name(), e.getMessage());
        }
    }
}
