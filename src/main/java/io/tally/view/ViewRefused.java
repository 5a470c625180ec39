package io.tally.view;

/** A file or a view that cannot be kept; the message is one line for whoever wrote it. */
public final class ViewRefused extends Exception {

    private static final int LONGEST_EXCERPT = 200;

    private ViewRefused(String message) {
        super(message, null, false, false);
    }

    /** Something about the file. */
    static ViewRefused file(int line, String why) {
        return new ViewRefused("views, line %d: %s".formatted(line, why));
    }

    /** Something about a view, but no part of it. */
    static ViewRefused view(String view, String why) {
        return new ViewRefused("view %s: %s".formatted(view, why));
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
