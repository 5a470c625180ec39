package io.tally.ingest;

import io.tally.cdc.Shape;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Which shapes the records of the topic have had since the start. Says so in the log, once for each. */
@ApplicationScoped
public class ShapeLog {

    private static final Logger LOG = Logger.getLogger(ShapeLog.class);

    private final boolean needsOldRows;
    private final Set<Shape> seen = EnumSet.noneOf(Shape.class);

    ShapeLog(IngestSettings settings) {
        this.needsOldRows = settings.needsOldRows();
    }

    synchronized void note(Shape shape, ConsumerRecord<?, ?> record) {
        if (!seen.add(shape)) {
            return;
        }
        LOG.infof(
                "records come as %s, the first at partition=%d offset=%d",
                shape.code(), record.partition(), record.offset());
        if (shape.isRow() && needsOldRows) {
            LOG.warn(
                    "rows without their envelope come without the row before: inserts and whole deleted rows are counted,"
                            + " updates are dead letters, reason=no-before-image, and a delete that comes as a tombstone goes"
                            + " unseen. Remove the transform ExtractNewRecordState, or set tally.updates=append");
        }
    }

    /** The shapes seen. */
    public synchronized Set<Shape> seen() {
        return seen.isEmpty() ? Set.of() : EnumSet.copyOf(seen);
    }
}
