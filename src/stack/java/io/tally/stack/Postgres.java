package io.tally.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * PostgreSQL as it runs in production: durable, with passwords, and with the logical decoding Debezium needs. On its
 * first start it is given a cluster, the database {@code streaming} and what scripts of {@code debezium} say.
 */
final class Postgres extends Service {

    static final String DATABASE = "streaming";
    static final String USER = "postgres";
    static final String PASSWORD = "postgres";

    /** In the data folder instead of /dev/shm, where a killed server would leave it behind. */
    private static final String SHARED_MEMORY = "dynamic_shared_memory_type=mmap";

    /** The first version whose initdb takes settings. */
    private static final int FIRST_WITH_SET = 16;

    /** Marker file: initdb came to its end. */
    private static final String INITIALIZED = "initialized";

    private final Path programs;
    private final List<String> scripts;
    private final Path home;
    private final Path logs;
    private final Path data;
    private boolean prepared;

    /**
     * @param programs folder with {@code bin}, or null for the programs that the stack brings
     * @param scripts what is run in its database, in this order
     */
    Postgres(String name, int port, Path programs, List<String> scripts, Workspace workspace, Children children) {
        super(name, port, workspace, children);
        this.programs = programs;
        this.scripts = scripts;
        this.home = workspace.data(name);
        this.logs = workspace.logs();
        this.data = home.resolve("data");
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    @Override
    void launch() throws StackException {
        Path bin = (programs == null ? PostgresBinaries.unpacked() : programs).resolve("bin");
        try {
            Files.createDirectories(home);
            Unprivileged unprivileged = Unprivileged.probe(logs);
            if (!Files.exists(home.resolve(INITIALIZED))) {
                initialize(bin, unprivileged);
            }
            // Should this program be gone, SIGQUIT ends all of PostgreSQL at once and leaves no shared memory behind.
            Child child = spawn(new ProcessBuilder(unprivileged.command(server(bin))), "QUIT");
            Await.until("ready", START_LIMIT, child, () -> {
                connect("postgres").close();
                return true;
            });
            if (!prepared) {
                prepare();
                prepared = true;
            }
        } catch (IOException | SQLException e) {
            throw new StackException("cannot prepare the database: " + e.getMessage(), e);
        }
    }

    private void initialize(Path bin, Unprivileged unprivileged) throws IOException, StackException {
        Folders.delete(data);
        unprivileged.handOver(home);
        Path password = Files.writeString(home.resolve("password"), PASSWORD);
        unprivileged.handOver(password);
        List<String> initdb = new ArrayList<>(List.of(
                bin.resolve("initdb").toString(),
                "--pgdata=" + data,
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
                // An interrupted initdb is repeated, so only the server has to be durable.
                "--no-sync",
                "--no-instructions"));
        if (version(bin) >= FIRST_WITH_SET) {
            // These passwords are no secrets, and tests log in by the thousand: nothing is gained by making that slow.
            initdb.addAll(List.of("--set=scram_iterations=1", "--set=" + SHARED_MEMORY));
        }
        runToEnd(new ProcessBuilder(unprivileged.command(initdb)), "initdb");
        Files.delete(password);
        Files.createFile(home.resolve(INITIALIZED));
    }

    /** The major version. */
    private static int version(Path bin) throws IOException {
        Process initdb = new ProcessBuilder(bin.resolve("initdb").toString(), "--version").start();
        String said = new String(initdb.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Integer.parseInt(said.replaceAll("(?s)^\\D*(\\d+).*", "$1"));
    }

    private List<String> server(Path bin) {
        Stream<String> settings = Stream.of(
                "port=" + port(),
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "wal_level=logical",
                "max_replication_slots=20",
                "max_wal_senders=20",
                "max_connections=100",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                "timezone=UTC",
                "log_timezone=UTC",
                SHARED_MEMORY);
        return Stream.concat(
                        Stream.of(bin.resolve("postgres").toString(), "-D", data.toString()),
                        settings.flatMap(setting -> Stream.of("-c", setting)))
                .toList();
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database) + "?loginTimeout=5", USER, PASSWORD);
    }

    private void prepare() throws SQLException, IOException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            var existing = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + DATABASE + "'");
            if (!existing.next()) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
        }
        try (Connection connection = connect(DATABASE);
                Statement statement = connection.createStatement()) {
            for (String script : scripts) {
                statement.execute(text(script));
            }
        }
    }

    private static String text(String script) throws IOException {
        try (InputStream resource = Postgres.class.getResourceAsStream("/" + script)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** SIGINT: fast shutdown, which ends sessions instead of waiting for their clients. */
    @Override
    void askToEnd(Child running) throws StackException {
        running.signal("INT");
    }

    /** SIGKILL to the postmaster, as a crash would have it; its children notice and end by themselves. */
    @Override
    void forceToEnd(Child running) throws StackException {
        List<ProcessHandle> backends = running.haltedFamily();
        super.forceToEnd(running);
        Child.awaitGone(backends, KILL_LIMIT);
    }
}
