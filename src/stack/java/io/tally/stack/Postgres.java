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
import java.util.List;
import java.util.stream.Stream;

/**
 * PostgreSQL as it runs in production: durable, with passwords, and with the logical decoding Debezium needs. On its
 * first start it is given a cluster, the database {@code streaming} and what {@code debezium/source.sql} says.
 */
final class Postgres extends Service {

    static final String DATABASE = "streaming";
    static final String USER = "postgres";
    static final String PASSWORD = "postgres";

    /** In the data folder instead of /dev/shm, where a killed server would leave it behind. */
    private static final String SHARED_MEMORY = "dynamic_shared_memory_type=mmap";

    /** Marker file: initdb came to its end. */
    private static final String INITIALIZED = "initialized";

    private final Path home;
    private final Path logs;
    private final Path data;
    private boolean prepared;

    Postgres(int port, Workspace workspace, Children children) {
        super("postgres", port, workspace, children);
        this.home = workspace.data("postgres");
        this.logs = workspace.logs();
        this.data = home.resolve("data");
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    @Override
    void launch() throws StackException {
        Path programs = PostgresBinaries.unpacked().resolve("bin");
        try {
            Files.createDirectories(home);
            Unprivileged unprivileged = Unprivileged.probe(logs);
            if (!Files.exists(home.resolve(INITIALIZED))) {
                initialize(programs, unprivileged);
            }
            // Should this program be gone, SIGQUIT ends all of PostgreSQL at once and leaves no shared memory behind.
            Child child = spawn(new ProcessBuilder(unprivileged.command(server(programs))), "QUIT");
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

    private void initialize(Path programs, Unprivileged unprivileged) throws IOException, StackException {
        Folders.delete(data);
        unprivileged.handOver(home);
        Path password = Files.writeString(home.resolve("password"), PASSWORD);
        unprivileged.handOver(password);
        List<String> initdb = List.of(
                programs.resolve("initdb").toString(),
                "--pgdata=" + data,
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                // These passwords are no secrets, and tests log in by the thousand: nothing is gained by making that
                // slow.
                "--set=scram_iterations=1",
                "--encoding=UTF8",
                "--no-locale",
                // An interrupted initdb is repeated, so only the server has to be durable.
                "--no-sync",
                "--set=" + SHARED_MEMORY,
                "--no-instructions");
        runToEnd(new ProcessBuilder(unprivileged.command(initdb)), "initdb");
        Files.delete(password);
        Files.createFile(home.resolve(INITIALIZED));
    }

    private List<String> server(Path programs) {
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
                        Stream.of(programs.resolve("postgres").toString(), "-D", data.toString()),
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
        try (InputStream script = Postgres.class.getResourceAsStream("/source.sql");
                Connection connection = connect(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
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
