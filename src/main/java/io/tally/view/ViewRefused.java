package io.tally.view;

/**
 * A file or a view that cannot be kept; the message is for whoever wrote it: one line, and the
 * place below where PostgreSQL names one.
 */
public final class ViewRefused extends Exception {

    private static final int LONGEST_EXCERPT = 200;

    private ViewRefused(String message) {
        super(message, null, false, false);
    }

    /** Something about the file. */
    static ViewRefused file(int line, String why) {
        return new ViewRefused("line %d: %s".formatted(line, why));
    }

    /** Something about a view, but no part of it. */
    public static ViewRefused view(String view, String why) {
        return new ViewRefused("view %s: %s".formatted(view, why));
    }

    /**
     * Something that PostgreSQL itself does not take.
     *
     * @param error its message
     * @param position the character of the SELECT that it names, from 1 on, or 0 if it names none
     * @param hint its hint, or null
     */
    public static ViewRefused postgres(ViewStatement statement, String error, int position, String hint) {
        StringBuilder message = new StringBuilder("view %s: %s".formatted(statement.name(), error));
        if (position > 0) {
            message.append('\n').append(statement.pointAt(position));
        }
        if (hint != null) {
            message.append("\nHINT: ").append(hint);
        }
        return new ViewRefused(message.toString());
    }

    /**
     * Something about an expression.
     *
     * @param expression as PostgreSQL prints it
     */
    static ViewRefused expression(String view, String expression, String why) {
        String line = expression.strip().replaceAll("\\s+", " ");
        String excerpt = line.length() <= LONGEST_EXCERPT ? line : line.substring(0, LONGEST_EXCERPT) + "…";
        return new ViewRefused("view %s: %s: %s".formatted(view, excerpt, why));
    }
}
