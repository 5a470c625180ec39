package io.tally;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.tally.cdc.RecordFormat;
import io.tally.cdc.UpdateMode;
import io.tally.cdc.value.EpochUnit;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The engine's settings. Addresses and credentials are elsewhere: in the environment variables that the README lists. Names are
 * read off this interface, so that one that does not exist is noticed.
 */
@RegisterForReflection(ignoreNested = false)
@ConfigMapping(prefix = "tally")
interface TallyConfig {

    /** The file of the views that are kept; without it the one that is packaged. */
    Optional<String> views();

    /**
     * Views whose open windows are published in every round, about once a second, and not only when they close. A view without
     * a window always is.
     */
    Optional<Set<String>> live();

    /** How far the watermark trails the newest event time: rows this much out of order still make it into their window. */
    @WithDefault("5s")
    Duration outOfOrderness();

    /** Silence after which a partition that has been read to its end no longer holds the watermark back. */
    @WithDefault("1s")
    Duration idleTimeout();

    /** Rows dated further ahead of our clock than this do not move the watermark. They count all the same. */
    @WithDefault("1m")
    Duration maxFuture();

    /** How records are written: found out record by record, or only JSON, or only Avro. */
    @WithDefault("auto")
    RecordFormat format();

    /** The schema registry of the connector's converter, if it has one. */
    Registry registry();

    interface Registry {
        /** Address of Confluent's API; of Apicurio's registry, with {@code /apis/ccompat/v7}. */
        Optional<String> url();

        /** For basic authentication, with the password. */
        Optional<String> username();

        Optional<String> password();

        /** For a bearer token instead. */
        Optional<String> token();

        /** Name of a {@code quarkus.tls} configuration, for certificates that the system does not know. */
        Optional<String> tlsConfigurationName();
    }

    /** Whether updates and deletes take back what they replace ({@code retract}), or only new images count ({@code append}). */
    @WithDefault("retract")
    UpdateMode updates();

    /**
     * Bound on the groups in memory, at most 40 bytes each, a window by itself counting as eight; at half of it
     * windows are published early.
     */
    @WithDefault("2000000")
    long maxGroups();

    /** When a window is published before it closes, so that a restart need not read far back. */
    PublishEarly publishEarly();

    interface PublishEarly {
        /** After it has been open for this long. */
        @WithDefault("5m")
        Duration after();

        /** After this many records have been read since its first. */
        @WithDefault("2000000")
        long records();
    }

    /**
     * How far back reading starts after a view was filled from its table; and how long that waits for transactions
     * under way, before it reads all of the topic again instead.
     */
    @WithDefault("5m")
    Duration restartMargin();

    /**
     * Views that are filled from their tables at this start, whatever they hold: {@code true} for all of them, or names, each
     * with any word, {@code order_agg@monday}. For one word a view is filled once, however often engines start.
     */
    @WithDefault("false")
    Set<String> rebuild();

    /** Action when a view can no longer be brought up to date from the topic. */
    @WithDefault("rebuild")
    OnDataLoss onDataLoss();

    enum OnDataLoss {
        REBUILD,
        STOP
    }

    /**
     * Rows whose window has been over for longer than this are history: deleting them takes nothing back, and filling
     * the view again leaves their windows alone. Without it nothing is history.
     */
    Optional<Duration> historyOlderThan();

    /** Effect of a truncate of a table, if the connector is set up to send one. */
    @WithDefault("rebuild")
    OnTruncate onTruncate();

    enum OnTruncate {
        REBUILD,
        IGNORE
    }

    /** Consequence of a record that cannot be counted. */
    @WithDefault("dead-letter")
    OnUndecodable onUndecodable();

    /** How the dead-letter topic is made, if it is not there. */
    DeadLetters deadLetters();

    interface DeadLetters {
        /** Its partitions; without it as many as {@code ORDERS_TOPIC} has. */
        Optional<Integer> partitions();

        /** Copies of each partition; without it as many as {@code ORDERS_TOPIC} has. */
        Optional<Short> replication();

        /** How long it keeps a dead letter. */
        @WithDefault("7d")
        Duration retention();
    }

    enum OnUndecodable {
        /** Keep it in the dead-letter topic and go on. */
        DEAD_LETTER,
        /** End the process before it, with exit code 1. */
        FAIL
    }

    /** The comparison of results with the tables of their views while the engine runs. */
    Audit audit();

    interface Audit {
        /** Whether to compare. */
        @WithDefault("true")
        @WithConverter(YesOrNo.class)
        boolean enabled();

        /** Time between comparisons; longer where one takes more than a hundredth of it. */
        @WithDefault("1m")
        Duration every();

        /** How far back from the newest final window to compare. */
        @WithDefault("1h")
        Duration range();
    }

    /** Whether to create missing tables. */
    @WithDefault("true")
    @WithConverter(YesOrNo.class)
    boolean createSchema();

    /** Where the rows come from. */
    Source source();

    interface Source {
        /**
         * Further tables whose records in the topic are changes of that table: partitions that were published by
         * themselves, or what a router has renamed. Records of any other table are passed over.
         */
        Optional<Set<String>> aliases();

        /**
         * Topics that are not called as Debezium does, each as {@code schema.table=topic}. Without it that of {@code
         * public.orders} is {@code ORDERS_TOPIC}, and the others are called like it, with their schema and table at the end.
         */
        Optional<Set<String>> topics();

        /** Content of a string in place of a decimal, where no schema in the record tells. */
        @WithDefault("text")
        Decimals decimals();

        /** Unit of a time that is a number since 1970, where no schema in the record tells. */
        Optional<EpochUnit> timeUnit();

        /**
         * The setting {@code replace.null.with.default} of the connector's converter: whether records have a column's
         * default in place of NULL.
         */
        @WithDefault("true")
        @WithConverter(YesOrNo.class)
        boolean replaceNullWithDefault();

        /** The connector's replication slot. */
        @WithDefault("orders_slot")
        String slot();

        enum Decimals {
            /** Its text: {@code decimal.handling.mode=string}. */
            TEXT,
            /** Its unscaled bytes in base64: {@code decimal.handling.mode=precise}. */
            BYTES
        }
    }
}
