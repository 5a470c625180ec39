/**
 * Expressions over the columns of a row: small immutable objects that are made once for a view and evaluated for every
 * image of a row.
 *
 * <p>Numbers are exact. Where a scale is known beforehand, an expression calculates in whole units of it, in a
 * {@code long}, and says so when a value does not fit; then the same is done with {@link java.math.BigDecimal}, which has
 * no bounds. Nothing is boxed and nothing is thrown on the usual way. Logic is three-valued, as in SQL. Each node also
 * says itself in SQL, in {@code numeric} and without anything that could raise an error: that is what a table is filled
 * with. Imports {@link io.tally.view.sql} for quoting, and the JDK.
 */
package io.tally.view.expression;
