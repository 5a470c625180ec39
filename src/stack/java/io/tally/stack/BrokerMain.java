package io.tally.stack;

import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * Main class of the broker's process for its first start: Kafka's own tool formats the storage, then Kafka's own main
 * class takes over. One JVM instead of two saves the better part of a second.
 */
final class BrokerMain {

    private BrokerMain() {}

    /** Takes one argument, the path of server.properties. */
    public static void main(String[] args) {
        String[] format = {"format", "--cluster-id", Uuid.randomUuid().toString(), "--config", args[0]};
        int code = StorageTool.execute(format, System.out);
        if (code != 0) {
            System.exit(code);
        }
        Kafka.main(args);
    }
}
