package io.tally.testkit;

import io.tally.view.ViewFile;
import io.tally.view.ViewRefused;
import io.tally.view.ViewStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * A pipeline of one's own on the real stack: a database with the orders table, one for the results, and a connector with its own
 * slot and topic. Engines are started apart. Closing it removes the connector; the stack's end removes the rest.
 *
 * <p>Results are in the database of the orders, or, where {@link #DATABASES} says so, in one on a second server. What a test
 * does to results goes to {@link #results()}, all else to the source; so it runs in both arrangements.
 */
public final class TestPipeline implements AutoCloseable {

    /** The system property that puts results into a server of their own if it is {@code two}. */
    public static final String DATABASES = "pipeline.databases";

    /** Of the engine's role where results have a server of their own, so that it is of no use at the source. */
    public static final String RESULTS_PASSWORD = "results";

    /** Partitions of the orders topic, as {@code debezium/connector-config.json} has it. */
    public static final int PARTITIONS = 4;

    /** Windows for tests in which one has to end, see {@link #withShortWindows}. */
    public static final Duration SHORT_WINDOW = Duration.ofSeconds(10);

    /** How soon an engine that was killed, or frozen for so long, loses its partitions to another one. */
    public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration SHIPPED_WINDOW = Duration.ofMinutes(1);

    /** The views that engines keep unless they are told otherwise. */
    public static final Path PACKAGED_VIEWS = Path.of("src", "main", "resources", "views.sql");

    /** Which orders count: those with finite numbers, and times that are finite and not after the year 294246. */
    private static final String FINITE = "coalesce(price, 0) NOT IN ('NaN', 'Infinity', '-Infinity')"
            + " AND event_ts > '-infinity' AND event_ts < '294247-01-01 00:00:00Z'";

    private static final Duration SLOT_LIMIT = Duration.ofSeconds(30);

    private static final String ORDERS_COLUMNS = """
            SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped
            """;

    /** The SQL that judges: rows that differ, or are on one side only. */
    private static final String DIFFERENCES = """
            WITH truth AS (
                SELECT date_bin('%1$s', event_ts, 'epoch') AS window_start, customer_id,
                       SUM(quantity * price) AS gross_sales, COUNT(*) AS order_count
                FROM orders WHERE %2$s GROUP BY 1, 2)
            SELECT window_start, customer_id, truth.gross_sales, order_agg.gross_sales, truth.order_count,
                   order_agg.order_count
            FROM truth FULL JOIN order_agg USING (window_start, customer_id)
            WHERE truth.gross_sales IS DISTINCT FROM order_agg.gross_sales
               OR truth.order_count IS DISTINCT FROM order_agg.order_count
               OR order_agg.window_end IS DISTINCT FROM window_start + interval '%1$s'
            ORDER BY 1, 2
            LIMIT 20
            """;

    private final RealStack stack;
    private final String name;
    private final PipelineDatabase source;
    private final PipelineDatabase results;
    private Duration window = SHIPPED_WINDOW;
    private Path views;
    private List<ViewStatement> beside = List.of();
    private int partitions = PARTITIONS;
    private Connector connector;
    private int markers;
    private boolean numbersAsKeys;
    private String countedOrders = FINITE;

    /** @param name lower case letters, digits and underscores; not used by another test */
    public TestPipeline(String name) {
        this(RealStack.get(), name);
    }

    /** The same on a given stack. */
    public TestPipeline(RealStack stack, String name) {
        this.stack = stack;
        boolean two = System.getProperty(DATABASES, "").equals("two");
        this.name = two ? name + "_two" : name;
        source = new PipelineDatabase(stack.postgresPort(), this.name);
        source.create();
        source.execute(read(Path.of("debezium", "source.sql")));
        if (two) {
            stack.ensure("start results");
            results = new PipelineDatabase(stack.resultsPort(), this.name);
            results.create();
        } else {
            results = source;
        }
        results.execute(read(Path.of("debezium", "results.sql")));
        if (two) {
            results.execute("ALTER ROLE tally PASSWORD '" + RESULTS_PASSWORD + "'");
        }
    }

    /** The database of the orders. */
    public PipelineDatabase source() {
        return source;
    }

    /** The database of the results, which may be the same. */
    public PipelineDatabase results() {
        return results;
    }

    /** Whether results have a server of their own. */
    public boolean hasTwoDatabases() {
        return results != source;
    }

    /** Lets its engines have windows of {@link #SHORT_WINDOW} instead of a minute. To be called before any is started. */
    public TestPipeline withShortWindows() {
        return withWindows(SHORT_WINDOW);
    }

    /** Lets its engines have windows of this length. To be called before any is started. */
    public TestPipeline withWindows(Duration length) {
        window = length;
        return withViews(read(PACKAGED_VIEWS).replace("1 minute", window.toSeconds() + " seconds"));
    }

    /** Lets its engines keep the views of a file that holds this. To be called before any is started. */
    public TestPipeline withViews(String sql) {
        views = logFile("views").resolveSibling(name + "-views.sql").toAbsolutePath();
        try {
            Files.writeString(views, sql);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /**
     * Lets its engines keep further views over {@code public.orders}, which {@link #differences()} judges as well. To be called
     * after the windows were chosen, and before any engine is started.
     */
    public TestPipeline withViewsBeside(String sql) {
        try {
            beside = ViewFile.read(sql);
        } catch (ViewRefused e) {
            throw new IllegalArgumentException(e);
        }
        return withViews(read(views == null ? PACKAGED_VIEWS : views) + sql);
    }

    /**
     * Makes the orders table anew, before there is a connector.
     *
     * @param columns the same five in the same order, of other types
     * @param numbersAsKeys whether the key is a number
     * @param alsoDemanded of an order that counts, besides numbers and times that are finite
     */
    public TestPipeline withColumns(String columns, boolean numbersAsKeys, String alsoDemanded) {
        this.numbersAsKeys = numbersAsKeys;
        countedOrders = FINITE + " AND " + alsoDemanded;
        execute("DROP TABLE orders; CREATE TABLE orders (" + columns + "); ALTER TABLE orders REPLICA IDENTITY FULL;"
                + " GRANT SELECT ON orders TO tally, debezium; ALTER PUBLICATION orders_publication ADD TABLE orders");
        return this;
    }

    /** Registers the connector with the script that users run, and waits until it runs. */
    public TestPipeline registerConnector() {
        ProcessBuilder script = new ProcessBuilder("debezium/register_connector.sh")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(logFile("register").toFile()));
        script.environment()
                .putAll(Map.of(
                        "CONNECT_URL", stack.connectUrl(),
                        "CONNECTOR_NAME", name,
                        "DEBEZIUM_POSTGRES_DB", name,
                        "DEBEZIUM_SLOT_NAME", slot(),
                        "DEBEZIUM_TOPIC_PREFIX", name));
        try {
            int exit = Processes.awaitExit(script.start(), 120);
            if (exit != 0) {
                throw new IllegalStateException("register_connector.sh failed:\n" + read(logFile("register")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connector = new Connector(stack.connectUrl(), name);
        return this;
    }

    /**
     * Registers the connector with some settings of its own, and does not wait.
     *
     * @param connectUrl the worker that runs it
     * @param settings what differs from {@code debezium/connector-config.json}
     */
    public TestPipeline registerConnector(String connectUrl, Map<String, String> settings) {
        connector = new Connector(connectUrl, name);
        connector.register(read(Path.of("debezium", "connector-config.json")), connectorVariables(), settings);
        return this;
    }

    private Map<String, String> connectorVariables() {
        return Map.of(
                "DEBEZIUM_POSTGRES_DB",
                name,
                "DEBEZIUM_SLOT_NAME",
                slot(),
                "DEBEZIUM_PUBLICATION_NAME",
                "orders_publication",
                "DEBEZIUM_TABLES",
                "public.orders",
                "DEBEZIUM_TOPIC_PREFIX",
                name);
    }

    /** The registered connector. */
    public Connector connector() {
        return connector;
    }

    /** Adds partitions to the topic. The connector writes to them when its producer looks at the topic again. */
    public void raisePartitionsTo(int count) {
        try (TopicAdmin admin = new TopicAdmin(this)) {
            admin.raisePartitionsTo(count);
        }
        partitions = count;
    }

    public String name() {
        return name;
    }

    public String slot() {
        return name + "_slot";
    }

    public String topic() {
        return name + ".public.orders";
    }

    public String deadLetterTopic() {
        return topic() + ".dlq";
    }

    public RealStack stack() {
        return stack;
    }

    /** The environment variables of an engine for this pipeline. */
    public Map<String, String> engineEnvironment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("KAFKA_BOOTSTRAP_SERVERS", stack.bootstrapServers());
        environment.put("POSTGRES_HOST", "localhost");
        environment.put("POSTGRES_PORT", Integer.toString(results.port()));
        environment.put("POSTGRES_DB", name);
        if (hasTwoDatabases()) {
            environment.put("POSTGRES_PASSWORD", RESULTS_PASSWORD);
            environment.put("SOURCE_POSTGRES_PORT", Integer.toString(source.port()));
            environment.put("SOURCE_POSTGRES_PASSWORD", "tally");
        }
        environment.put("ORDERS_TOPIC", topic());
        environment.put("TALLY_SOURCE_SLOT", slot());
        // One group per pipeline: in a shared one, every engine that starts would rebalance the others.
        environment.put("MP_MESSAGING_INCOMING_ORDERS_GROUP_ID", name);
        // Engines die often here, and their successors would wait for nothing else.
        environment.put("MP_MESSAGING_INCOMING_ORDERS_SESSION_TIMEOUT_MS", Long.toString(SESSION_TIMEOUT.toMillis()));
        if (views != null) {
            environment.put("TALLY_VIEWS", views.toString());
        }
        return environment;
    }

    /** The environment variables of an engine that logs in to the broker, with its name as password. */
    public Map<String, String> loginEnvironment(String user) {
        return Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                "localhost:" + stack.brokerSaslPort(),
                "KAFKA_SECURITY_PROTOCOL",
                "SASL_SSL",
                "KAFKA_SSL_TRUSTSTORE_LOCATION",
                stack.certificates().authority().toString(),
                "KAFKA_USER",
                user,
                "KAFKA_PASSWORD",
                user);
    }

    /** A connection to the source, as the owner of the database. */
    public Connection connect() {
        return source.connect();
    }

    /** Runs statements at the source as the owner of the database, in one transaction. */
    public void execute(String sql) {
        source.execute(sql);
    }

    /** The first column of the first row at the source, or null if there is no row. */
    public String query(String sql) {
        return source.query(sql);
    }

    private static Statement inUtc(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        statement.execute("SET TimeZone = 'UTC'");
        return statement;
    }

    /** Rows in which results differ from what the orders table adds up to, at most 20 of each, in words. */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        try (Connection connection = results.connect();
                Statement statement = inUtc(connection)) {
            if (hasTwoDatabases()) {
                copyOrders(connection, statement);
            }
            try (ResultSet rows =
                    statement.executeQuery(DIFFERENCES.formatted(window.toSeconds() + " seconds", countedOrders))) {
                while (rows.next()) {
                    differences.add("window=" + rows.getString(1) + " customer=" + rows.getString(2)
                            + " sales expected=" + rows.getString(3) + " found=" + rows.getString(4)
                            + " orders expected=" + rows.getString(5) + " found=" + rows.getString(6));
                }
            }
            for (ViewStatement view : beside) {
                differences.addAll(differences(statement, view));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return differences;
    }

    /** Makes a temporary table of what the orders are, which stands before any other of that name. */
    private void copyOrders(Connection connection, Statement statement) throws SQLException {
        try (Connection from = source.connect()) {
            String columns;
            try (ResultSet found = inUtc(from).executeQuery(ORDERS_COLUMNS)) {
                found.next();
                columns = found.getString(1);
            }
            statement.execute("CREATE TEMPORARY TABLE orders (" + columns + ")");
            try (PGCopyOutputStream to =
                    new PGCopyOutputStream(connection.unwrap(PGConnection.class), "COPY orders FROM STDIN")) {
                from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY orders TO STDOUT", to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> differences(Statement statement, ViewStatement view) throws SQLException {
        String truth = view.select()
                .replace(
                        "FROM public.orders",
                        "FROM (SELECT * FROM orders WHERE %s) AS orders".formatted(countedOrders));
        List<String> names = new ArrayList<>();
        try (ResultSet none = statement.executeQuery("SELECT * FROM (%s) AS truth LIMIT 0".formatted(truth))) {
            for (int column = 1; column <= none.getMetaData().getColumnCount(); column++) {
                names.add('"' + none.getMetaData().getColumnName(column) + '"');
            }
        }
        String found = "SELECT %s FROM %s".formatted(String.join(", ", names), view.name());
        List<String> differences = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("""
                WITH truth AS (%s), found AS (%s)
                SELECT 'lacks ' || truth::text FROM (TABLE truth EXCEPT ALL TABLE found) AS truth
                UNION ALL SELECT 'has ' || found::text FROM (TABLE found EXCEPT ALL TABLE truth) AS found
                LIMIT 20""".formatted(truth, found))) {
            while (rows.next()) {
                differences.add(view.name() + " " + rows.getString(1));
            }
        }
        return differences;
    }

    /**
     * Waits until everything written so far has gone all the way and {@code order_agg} equals the orders table, row for row.
     * One old order is written to each partition of the topic; when all of them are in {@code order_agg}, so is everything
     * that was written before, as far as its window is over. Then the windows that are still open close.
     */
    public void awaitExact(Duration limit) {
        awaitMarkers(limit);
        Await.until(
                () -> "order_agg equals orders, but: " + String.join("\n", differences()),
                limit,
                () -> differences().isEmpty());
    }

    /** Waits until everything written so far is in the topic: the slot has moved past it. */
    public void awaitInTopic(Duration limit) {
        String lsn = query("SELECT pg_current_wal_insert_lsn()");
        Await.until(
                "the connector has caught up",
                limit,
                () -> query("SELECT confirmed_flush_lsn >= '" + lsn + "' FROM pg_replication_slots WHERE slot_name = '"
                                + slot() + "'")
                        .equals("t"));
    }

    /** Waits until everything written so far has gone all the way, whether or not it is right. */
    public void awaitMarkers(Duration limit) {
        markers++;
        StringBuilder sql = new StringBuilder();
        for (int partition = 0; partition < partitions; partition++) {
            String id = numbersAsKeys
                    ? orderIdFor(partition, partitions, "9" + markers + "0", "{\"order_id\":%s}")
                    : orderIdFor(partition, partitions, "marker-" + markers + "-", "{\"order_id\":\"%s\"}");
            sql.append(
                    "INSERT INTO orders VALUES ('%s', %d, 1, 0.01, '2000-01-01T00:00:00Z');".formatted(id, -markers));
        }
        execute(sql.toString());
        Await.until(
                "the markers of all partitions are in order_agg",
                limit,
                () -> results.query(
                                "SELECT order_count FROM order_agg WHERE window_start = '2000-01-01T00:00:00Z' AND customer_id = "
                                        + -markers)
                        .equals(Integer.toString(partitions)));
    }

    /** An order id that Kafka's default partitioner puts into the given partition. */
    public static String orderIdFor(int partition, String prefix) {
        return orderIdFor(partition, PARTITIONS, prefix, "{\"order_id\":\"%s\"}");
    }

    private static String orderIdFor(int partition, int partitions, String prefix, String form) {
        for (int i = 0; ; i++) {
            String id = prefix + i;
            byte[] key = form.formatted(id).getBytes(StandardCharsets.UTF_8);
            if (Utils.toPositive(Utils.murmur2(key)) % partitions == partition) {
                return id;
            }
        }
    }

    @Override
    public void close() {
        if (connector != null) {
            connector.close();
            dropSlots();
        }
    }

    /** A server has room for some slots only, and keeps its log for each. */
    private void dropSlots() {
        String dropAll =
                "SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE database = '" + name
                        + "' AND NOT active";
        String left = "SELECT count(*) FROM pg_replication_slots WHERE database = '" + name + "'";
        try {
            Await.until("the slots are gone", SLOT_LIMIT, () -> {
                query(dropAll);
                return query(left).equals("0");
            });
        } catch (AssertionError e) {
            System.out.println("slots of " + name + " stay: " + e);
        }
    }

    Path logFile(String what) {
        try {
            return Files.createDirectories(Path.of("target", "it")).resolve(name + "-" + what + ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
