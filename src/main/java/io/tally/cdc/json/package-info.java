/**
 * JSON in bytes: where values lie, without making any. {@link JsonCursor} checks a document, {@link Members} notes where the
 * wanted members of its objects are, and {@link RecordReader} compares a record with those that came before, since the records
 * of a topic are written alike.
 *
 * <p>Knows nothing of changes. Imports the JDK only.
 */
package io.tally.cdc.json;
