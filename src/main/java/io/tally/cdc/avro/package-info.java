/**
 * Avro as JSON: a schema becomes a plan once ({@link AvroSchema}), whose steps ({@link AvroType}) write a datum as the JSON that
 * the same connector would have written, and pass over what does not count ({@link AvroPlan}).
 *
 * <p>Knows nothing of changes. Imports the JDK, {@link io.tally.cdc.json} and {@link io.tally.cdc.value}.
 */
package io.tally.cdc.avro;
