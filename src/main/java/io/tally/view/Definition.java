package io.tally.view;

import io.tally.view.sql.Names;
import java.util.List;
import java.util.Optional;

/**
 * The source database's description of a {@code SELECT}; {@link SourceSql} has the statements that ask for it.
 *
 * @param text what {@code pg_get_viewdef} prints
 * @param results its columns
 * @param sources the tables and views that it reads
 * @param uses other things it depends on that are not part of PostgreSQL itself, as the server describes them
 * @param boundaries where windows of the calendar begin, if {@link Boundaries#askedFor} had a question
 */
public record Definition(
        String text, List<Result> results, List<Source> sources, List<String> uses, Optional<Boundaries> boundaries) {

    /** Of a {@code SELECT} without windows of the calendar. */
    public Definition(String text, List<Result> results, List<Source> sources, List<String> uses) {
        this(text, results, sources, uses, Optional.empty());
    }

    /** A column of the result, with the type that PostgreSQL gives it. */
    public record Result(String name, String type) {}

    /**
     * A table, or whatever else stands after {@code FROM}.
     *
     * @param kind {@code relkind} of {@code pg_class}
     * @param persistence {@code relpersistence}
     * @param primaryKey its columns; none if it has no primary key
     * @param inherits whether it is a child of another table, a partition included
     * @param hasChildren whether other tables inherit from it, partitions included
     * @param mayHideRows whether row security applies to the role that asks
     */
    public record Source(
            String schema,
            String name,
            char kind,
            char persistence,
            List<String> primaryKey,
            boolean inherits,
            boolean hasChildren,
            boolean mayHideRows,
            List<Column> columns) {

        /** Its name in SQL, with the schema. */
        String quoted() {
            return (schema.isEmpty() ? "" : Names.quoted(schema) + ".") + Names.quoted(name);
        }

        Optional<Column> column(String wanted) {
            return columns.stream().filter(c -> c.name().equals(wanted)).findFirst();
        }
    }

    /**
     * A column of a table.
     *
     * @param type as {@code format_type} writes it
     * @param typeKind {@code typtype} of {@code pg_type}: {@code e} for an enum, {@code d} for a domain
     * @param hasDefault whether it has a default, which a generated column does not have
     * @param deterministic whether texts that are equal are the same bytes
     */
    public record Column(
            String name,
            String type,
            char typeKind,
            boolean notNull,
            boolean hasDefault,
            boolean generated,
            boolean deterministic) {

        Type typed() {
            return switch (typeKind) {
                case 'e' -> Type.enumeration(type);
                case 'b' -> Type.named(type);
                default -> new Type(Type.Kind.OTHER, type, 0, 0);
            };
        }
    }
}
