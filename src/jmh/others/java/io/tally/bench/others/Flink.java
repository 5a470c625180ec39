package io.tally.bench.others;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The settings of all Flink programs: a cluster within the process, parallelism 2, state on the heap, a checkpoint every ten
 * seconds, everything else by default. A job ends at the offsets that were the topic's end when it began.
 */
final class Flink {

    private static final int PARALLELISM = 2;
    private static final long CHECKPOINT_MS = 10_000;

    private Flink() {}

    static StreamExecutionEnvironment environment() throws IOException {
        Configuration settings = new Configuration();
        settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                Files.createTempDirectory("checkpoints").toUri().toString());
        // Else a job that cannot go on begins again for ever.
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, settings);
        environment.enableCheckpointing(CHECKPOINT_MS);
        return environment;
    }
}
