package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * The speed of an engine at one moment, as a view has it. Unknown values are missing.
 *
 * @param at when it was taken
 * @param recordsPerSecond records read for the view since the sample before, per second
 * @param latencyMillis longest time from the commit of a row in the source to its being counted here, among the newest
 *     of each partition; missing if nothing came
 * @param watermarkLagSeconds clock minus watermark
 * @param lagRecords records the broker has beyond the positions
 * @param groups in memory
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Sample(
        Instant at,
        double recordsPerSecond,
        Long latencyMillis,
        Double watermarkLagSeconds,
        long lagRecords,
        long groups) {}
