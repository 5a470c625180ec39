package io.tally.publish;

import io.tally.window.LostGround;
import io.vertx.core.json.JsonObject;

/** Lost ground as the tables hold it. They know by themselves which filling it is about. */
final class LostGroundJson {

    private LostGroundJson() {}

    /** Null for null. */
    static JsonObject write(LostGround lost) {
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
     * @param bootstrapLsn names the filling
     */
    static LostGround read(JsonObject json, long bootstrapLsn) {
        return json == null
                ? null
                : new LostGround(
                        LostGround.Reason.of(json.getString("reason")),
                        json.getString("explanation"),
                        bootstrapLsn,
                        json.getInteger("partition"),
                        json.getLong("offset"));
    }
}
