package io.tally.view;

/**
 * A statement of the file that makes a view.
 *
 * @param name of the view, as PostgreSQL would fold it
 * @param select its {@code SELECT}, as it was written
 * @param file the whole text that it stands in
 * @param start where the {@code SELECT} begins in it, counted in chars
 */
public record ViewStatement(String name, String select, String file, int start) {

    /**
     * Shows a place as {@code psql} does: the line with its number, and a caret below.
     *
     * @param codePoint place in the {@code SELECT}, from 1 on, counted in characters as PostgreSQL counts them
     */
    public String pointAt(int codePoint) {
        int at = start + offset(codePoint - 1);
        int lineStart = file.lastIndexOf('\n', at - 1) + 1;
        int lineEnd = file.indexOf('\n', lineStart);
        String line = file.substring(lineStart, lineEnd < 0 ? file.length() : lineEnd);
        String head = "LINE %d: ".formatted(line(file, lineStart));
        String before =
                line.substring(0, Math.min(at - lineStart, line.length())).replaceAll("[^\t]", " ");
        return head + line + '\n' + " ".repeat(head.length()) + before + '^';
    }

    private int offset(int codePoints) {
        int known = select.codePointCount(0, select.length());
        return select.offsetByCodePoints(0, Math.clamp(codePoints, 0, known));
    }

    /** The number of the line, from 1 on, that a place is on. */
    static int line(String text, int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }
}
