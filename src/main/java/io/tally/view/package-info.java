/**
 * Views: from a file with {@code CREATE MATERIALIZED VIEW name AS SELECT …} to what a row of the source contributes.
 *
 * <p>PostgreSQL reads the SQL, not we. {@link ViewFile} only cuts the file into statements; each {@code SELECT} becomes a
 * temporary view on the database where its table lives, in a transaction that is rolled back ({@link SourceSql}), and what
 * comes back is its definition in the server's own words, with names resolved, casts written out and everything in
 * parentheses, together with what the catalog says about the table ({@link Definition}). {@link ViewReader} makes a {@link
 * View} of these, or refuses with one line that says which expression, why, and what would do instead. Nothing is ignored:
 * what is not in the grammar is refused.
 *
 * <p>A view is a source table, at most one window, keys, and measures. Measures are made from {@link Total}s: sums over
 * rows, which a row enters and leaves by itself, so they can be kept from a stream of changes. Everything else that a
 * measure says is left to PostgreSQL, which works it out from the stored totals. {@link FillQuery} says the same in SQL,
 * made from the same expressions.
 *
 * <p>Imports the JDK and its own rooms, {@link io.tally.view.sql} and {@link io.tally.view.expression}. Does no I/O, reads
 * no clock, starts no thread, logs nothing. All its values are immutable.
 */
package io.tally.view;
