package io.tally.stack;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Second main class: runs SQL and prints the answer, if there is one, as a table, for those who have no psql at hand. */
public final class Query {

    private Query() {}

    /**
     * Arguments: a JDBC URL with user and password, and the SQL, one statement or several. Exit codes: 0 answered, 1 failed, 2
     * wrong usage.
     */
    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("usage: Query JDBC-URL SQL");
            System.exit(2);
        }
        try (Connection connection = DriverManager.getConnection(args[0]);
                Statement statement = connection.createStatement()) {
            if (statement.execute(args[1])) {
                print(read(statement.getResultSet()));
            }
        } catch (SQLException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Column names first, then the rows. */
    private static List<String[]> read(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<String[]> lines = new ArrayList<>();
        String[] names = new String[columns.getColumnCount()];
        for (int i = 0; i < names.length; i++) {
            names[i] = columns.getColumnLabel(i + 1);
        }
        lines.add(names);
        while (rows.next()) {
            String[] line = new String[names.length];
            for (int i = 0; i < line.length; i++) {
                String value = rows.getString(i + 1);
                line[i] = value == null ? "" : value;
            }
            lines.add(line);
        }
        return lines;
    }

    private static void print(List<String[]> lines) {
        int columns = lines.getFirst().length;
        int[] widths = new int[columns];
        for (String[] line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        for (String[] line : lines) {
            StringBuilder text = new StringBuilder(" ");
            for (int i = 0; i < columns; i++) {
                text.append(" ").append(line[i]).repeat(" ", widths[i] - line[i].length() + 1);
            }
            System.out.println(text.toString().stripTrailing());
        }
    }
}
