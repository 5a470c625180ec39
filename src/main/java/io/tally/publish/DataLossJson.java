package io.tally.publish;

import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.vertx.core.json.JsonObject;

/** Data loss as the tables hold it. They know by themselves which fill it is about. */
final class DataLossJson {

    private DataLossJson() {}

    /** Null for null. */
    static JsonObject write(DataLoss lost) {
        return lost == null
                ? null
                : new JsonObject()
                        .put("reason", lost.reason().code())
                        .put("explanation", lost.explanation())
                        .put("partition", lost.partition())
                        .put("offset", lost.offset());
    }

    /**
     * Null for null.
     *
     * @param fillId names the fill
     */
    static DataLoss read(JsonObject json, FillId fillId) {
        return json == null
                ? null
                : new DataLoss(
                        DataLoss.Reason.of(json.getString("reason")),
                        json.getString("explanation"),
                        fillId,
                        json.getInteger("partition"),
                        json.getLong("offset"));
    }
}
