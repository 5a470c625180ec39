package io.tally.datagen;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.OptionalLong;

/** Settings of the generator. Shares are parts of one, of all changes. */
@RegisterForReflection
@ConfigMapping(prefix = "tally.datagen")
public interface DatagenConfig {

    /** Whether this process is a generator. The profile {@code datagen} switches it on, and the engine off. */
    @WithDefault("false")
    boolean enabled();

    /** Changes in a minute: orders, updates and cancellations together. */
    @WithDefault("100")
    int perMinute();

    /** Stop after this many, or go on for ever. */
    OptionalLong limit();

    /** Customers have the numbers 1 to this one. */
    @WithDefault("100")
    int customers();

    /** Share of changes of an earlier order: its quantity, price, customer or time. */
    @WithDefault("0.05")
    double updates();

    /** Share of cancellations: an earlier order is deleted. */
    @WithDefault("0.02")
    double cancellations();

    /** Share of orders that are dated up to {@link #lateness} ago. */
    @WithDefault("0.02")
    double late();

    /** How late a late order can be. */
    @WithDefault("10m")
    Duration lateness();

    /** With the same seed the same things happen in the same order. Order ids and times follow the clock. */
    OptionalLong seed();
}
