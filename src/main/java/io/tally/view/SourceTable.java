package io.tally.view;

/** The table that a view reads: one, ordinary, permanent, with a primary key. */
final class SourceTable {

    private SourceTable() {}

    static Definition.Source only(String view, Definition definition) throws ViewRefused {
        if (!definition.uses().isEmpty()) {
            throw ViewRefused.view(
                    view,
                    "it uses %s; use only what PostgreSQL brings itself"
                            .formatted(String.join(", ", definition.uses())));
        }
        if (definition.sources().isEmpty()) {
            throw ViewRefused.view(view, "it reads no table, and so nothing that changes");
        }
        if (definition.sources().size() > 1) {
            throw ViewRefused.view(
                    view,
                    "it reads %d tables; aggregate each of them in a view of its own"
                            .formatted(definition.sources().size()));
        }
        Definition.Source source = definition.sources().getFirst();
        String why = refusal(source);
        if (why != null) {
            throw ViewRefused.view(view, "%s.%s %s".formatted(source.schema(), source.name(), why));
        }
        return source;
    }

    private static String refusal(Definition.Source source) {
        if (source.kind() != 'r' && source.kind() != 'p') {
            return "is %s, whose changes are in no topic; name the table itself".formatted(kind(source.kind()));
        }
        if (source.persistence() != 'p') {
            return "is a temporary or an unlogged table, whose changes are in no log; make it an ordinary one";
        }
        if (source.inherits()) {
            return "is part of another table; name that one";
        }
        if (source.hasChildren() && source.kind() != 'p') {
            return "has tables that inherit from it, whose rows come in topics of their own; name a table without";
        }
        if (source.mayHideRows()) {
            return "has row security, which may hide rows from the engine's role; ALTER ROLE … BYPASSRLS at the source";
        }
        return source.primaryKey().isEmpty()
                ? "has no primary key, which keeps the changes of a row in order; give it one"
                : null;
    }

    private static String kind(char kind) {
        return switch (kind) {
            case 'v' -> "a view";
            case 'm' -> "a materialized view";
            case 'f' -> "a foreign table";
            default -> "no table";
        };
    }
}
