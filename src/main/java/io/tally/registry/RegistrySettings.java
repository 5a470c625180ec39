package io.tally.registry;

import io.tally.cdc.ColumnNames;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Settings of this package, as plain values.
 *
 * @param url what comes before {@code /schemas/ids/…}; without it there is no registry
 * @param authorization the header of that name
 * @param tlsConfiguration name of the TLS configuration
 * @param columns the columns that are read, asked for when the first schema is
 */
public record RegistrySettings(
        Optional<URI> url,
        Optional<String> authorization,
        Optional<String> tlsConfiguration,
        Supplier<ColumnNames> columns) {}
