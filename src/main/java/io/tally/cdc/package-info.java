/**
 * Debezium's bytes to changes of rows: reads the value of one record of a topic into a reused {@link RowChange}, or says in
 * one exception why the record cannot be counted.
 *
 * <p>Imports the JDK and {@code view}, whose types say what is read and what a row has to answer. May be imported by all that
 * follow: {@code window}, which counts, {@code ingest}, which decodes, {@code registry}, which brings schemas, and {@code
 * publish} and {@code status}, which name what it found. Runs on whatever thread the caller is on; a {@link DebeziumDecoder}
 * and all it holds belong to one thread at a time. Does no I/O, reads no clock, logs nothing.
 *
 * <p>The rules of records are here. How bytes are read, the rooms know, which know nothing of changes: {@link
 * io.tally.cdc.json}, {@link io.tally.cdc.value} and {@link io.tally.cdc.avro}.
 *
 * <p>The way of a record: {@link JsonCursor} walks the bytes once and checks all of them; {@link Members} notes where
 * the wanted values lie, the last one winning where a name comes twice; {@link Envelope} tells what shape that is, or
 * {@link OtherMessages} what it is instead; only then, when the whole document is known to be JSON and the operation is
 * known, {@link RowReader} and {@link SourceReader} read the values that are wanted, each column by a {@link ColumnReader} that
 * was made for its type in {@link TableColumns}, as {@link EmbeddedSchema} or the settings say that they are written.
 *
 * <p>A value that the column can hold is a fact about the row, be it null or infinite. Any other is a fault of the record,
 * noted in the {@link CapturedRow} until somebody wants that column.
 *
 * <p>A record's value that begins with a {@link WirePrefix} was written with a schema of a registry, whose
 * {@link WriterSchema} has to be at hand by then. JSON behind it goes the same way. Of Avro an {@link AvroReader} reads what
 * counts, and gives the same {@link Members} values written as in JSON; so the rules exist once, and both mean the same.
 */
package io.tally.cdc;

import io.tally.cdc.avro.AvroReader;
import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.Members;
