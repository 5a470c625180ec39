package io.tally.stack;

import java.nio.file.Path;
import java.util.Map;

/**
 * What the command line asks for.
 *
 * @param dir where data, logs and the state file live
 * @param postgresPort port of PostgreSQL, 0 for any free one
 * @param resultsPort port of a second PostgreSQL, for results only, 0 for any free one; null if it starts when it is told to
 * @param postgresPrograms folder with PostgreSQL's {@code bin}, of the version that the first is to have; null for the usual one
 * @param resultsPrograms the same of the second
 * @param kafkaPort port of the broker, 0 for any free one
 * @param kafkaProxy whether there is a proxy in front of the broker
 * @param kafkaTls PEM file with the broker's key and certificates, or null: two more listeners, which demand TLS
 * @param connectPort port of Connect's REST interface, 0 for any free one
 * @param keep whether the data outlives the stop
 * @param stopOnStdinEof whether the end of standard input stops the stack
 */
record Options(
        Path dir,
        int postgresPort,
        Integer resultsPort,
        Path postgresPrograms,
        Path resultsPrograms,
        int kafkaPort,
        boolean kafkaProxy,
        Path kafkaTls,
        int connectPort,
        boolean keep,
        boolean stopOnStdinEof) {

    static final String USAGE = """
            usage: java -jar tally-stack.jar [option ...]
              --dir DIR            data, logs and stack.properties (default target/stack-data)
              --postgres-port N    default $POSTGRES_PORT or 5432; 0 picks a free port, here and below
              --results-port N     starts a second PostgreSQL, for the results; the first one is then for the orders only
              --postgres-programs DIR, --results-programs DIR
                                   another PostgreSQL's folder, which has bin/postgres and bin/initdb
              --kafka-port N       default $KAFKA_PORT or 9092
              --kafka-proxy        a second listener, for clients that come through a proxy
              --kafka-tls FILE     two more listeners: TLS, and TLS with SCRAM-SHA-512; FILE has key and certificates, PEM
              --connect-port N     default $CONNECT_PORT or 8083
              --keep               go on with the data in DIR, and leave it there when stopped
              --stop-on-stdin-eof  stop when standard input ends
            commands on standard input: start|stop|kill postgres|results|broker|connect|plain-connect""";

    /** The command line cannot be understood; the message says where. */
    static final class Unusable extends Exception {
        Unusable(String message) {
            super(message);
        }
    }

    /**
     * Reads the command line.
     *
     * @param env the environment, for the default ports
     * @throws Unusable if an option is unknown, lacks its value or is out of range
     */
    static Options parse(String[] args, Map<String, String> env) throws Unusable {
        Path dir = Path.of("target", "stack-data");
        int postgres = port("POSTGRES_PORT", env.getOrDefault("POSTGRES_PORT", "5432"));
        int kafka = port("KAFKA_PORT", env.getOrDefault("KAFKA_PORT", "9092"));
        Integer results = null;
        Path postgresPrograms = null;
        Path resultsPrograms = null;
        boolean kafkaProxy = false;
        Path kafkaTls = null;
        int connect = port("CONNECT_PORT", env.getOrDefault("CONNECT_PORT", "8083"));
        boolean keep = false;
        boolean stopOnStdinEof = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--dir" -> dir = Path.of(value(args, i++));
                case "--postgres-port" -> postgres = port(args[i], value(args, i++));
                case "--results-port" -> results = port(args[i], value(args, i++));
                case "--postgres-programs" -> postgresPrograms = folder(value(args, i++));
                case "--results-programs" -> resultsPrograms = folder(value(args, i++));
                case "--kafka-port" -> kafka = port(args[i], value(args, i++));
                case "--kafka-proxy" -> kafkaProxy = true;
                case "--kafka-tls" -> kafkaTls = folder(value(args, i++));
                case "--connect-port" -> connect = port(args[i], value(args, i++));
                case "--keep" -> keep = true;
                case "--stop-on-stdin-eof" -> stopOnStdinEof = true;
                default -> throw new Unusable("unknown option " + args[i]);
            }
        }
        return new Options(
                folder(dir.toString()),
                postgres,
                results,
                postgresPrograms,
                resultsPrograms,
                kafka,
                kafkaProxy,
                kafkaTls,
                connect,
                keep,
                stopOnStdinEof);
    }

    private static String value(String[] args, int option) throws Unusable {
        if (option + 1 == args.length) {
            throw new Unusable(args[option] + " needs a value");
        }
        return args[option + 1];
    }

    private static Path folder(String value) {
        return Path.of(value).toAbsolutePath().normalize();
    }

    private static int port(String name, String value) throws Unusable {
        if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65535) {
            throw new Unusable(name + " must be a port, 0 to 65535: " + value);
        }
        return Integer.parseInt(value);
    }
}
