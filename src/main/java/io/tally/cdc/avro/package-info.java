/**
 * Avro, by Apache's library: a schema is made ready once, so that what does not count is passed over ({@link AvroSchema}), and
 * values become those that the same connector would have written as JSON ({@link AvroReader}).
 *
 * <p>Knows nothing of changes. Imports the JDK, Apache Avro, {@link io.tally.cdc.json} and {@link io.tally.cdc.value}.
 */
package io.tally.cdc.avro;
