/**
 * Parts of libraries that a native executable does without. Its compiler keeps whatever might be called, and cannot see that a
 * Kafka client is never asked what only brokers are asked. Each class here stands in for one of a library, or for some of its
 * methods, while an executable is built; on a JVM none of them is loaded. docs/adr/0007 has what that saves.
 *
 * <p>Imports Kafka and the annotations of the native compiler. May be imported by nobody.
 */
package io.tally.nativeimage;
