package io.tally.testkit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;

/** A database of a pipeline, on one of the stack's servers. */
public final class PipelineDatabase {

    private static final String OWNER = "postgres";

    private final int port;
    private final String name;

    PipelineDatabase(int port, String name) {
        this.port = port;
        this.name = name;
    }

    public int port() {
        return port;
    }

    public String name() {
        return name;
    }

    /** Makes it, empty. */
    void create() {
        new PipelineDatabase(port, "postgres").execute("CREATE DATABASE " + name);
    }

    /** Another database of the server, empty. */
    public PipelineDatabase emptyBeside(String suffix) {
        PipelineDatabase another = new PipelineDatabase(port, name + "_" + suffix);
        another.create();
        return another;
    }

    /** Another database of the server, with what the orders' side has, and not followed by a connector. */
    public PipelineDatabase beside(String suffix) {
        PipelineDatabase another = emptyBeside(suffix);
        another.execute(TestPipeline.read(Path.of("debezium", "source.sql")));
        return another;
    }

    /** A connection as the owner of the database. */
    public Connection connect() {
        return connectAs(OWNER, OWNER);
    }

    /** A connection as one of the roles. */
    public Connection connectAs(String role, String password) {
        try {
            return dataSource().getConnection(role, password);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot connect to " + name + " as " + role, e);
        }
    }

    private PGSimpleDataSource dataSource() {
        // Not through DriverManager, which looks for drivers in the class loader that used it first.
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setPortNumbers(new int[] {port()});
        source.setDatabaseName(name);
        return source;
    }

    /** Runs statements as the owner of the database, in one transaction. */
    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("failed: " + sql, e);
        }
    }

    /** The first column of the first row, or null if there is no row. */
    public String query(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException("failed: " + sql, e);
        }
    }
}
