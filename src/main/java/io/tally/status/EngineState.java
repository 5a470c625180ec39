package io.tally.status;

/** State of the engine in one word, and Flink's word for it in its REST API. */
public enum EngineState {
    /** Looking for a broker, a database, or its partitions. */
    STARTING("INITIALIZING"),
    /** Nothing is wrong here, but something is not there yet: a topic, a connector. */
    WAITING("INITIALIZING"),
    /** Ready to take over: other instances of this engine have all partitions. */
    STANDBY("RUNNING"),
    /** Reading and publishing. */
    RUNNING("RUNNING"),
    /** Kafka, the database or the schema registry does not do its part; nothing is lost, and it goes on when they do. */
    STALLED("RESTARTING"),
    /** Stopped by something that only a person can decide. */
    FAILED("FAILED");

    private final String flinkStatus;

    EngineState(String flinkStatus) {
        this.flinkStatus = flinkStatus;
    }

    /** The job status of Flink's REST API that is nearest. */
    public String flinkStatus() {
        return flinkStatus;
    }

    /** Whether it keeps the results of all its partitions up to date. */
    public boolean isReady() {
        return this == RUNNING || this == STANDBY;
    }
}
