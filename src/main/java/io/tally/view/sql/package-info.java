/**
 * SQL as text: its tokens, and the syntax of the statements that PostgreSQL prints for a view.
 *
 * <p>The words are the server's, from {@code pg_get_viewdef} without its pretty form: every operator stands in
 * parentheses, every implicit cast is written out, keywords are in capitals, and a name that could be taken for one is
 * quoted. So this reader knows no precedence and no scope. The meaning of a name or an operator is decided by
 * {@link io.tally.view}, the only package that may import this one. Imports the JDK only, does no I/O, holds no state.
 */
package io.tally.view.sql;
