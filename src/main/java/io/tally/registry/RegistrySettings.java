package io.tally.registry;

import io.tally.cdc.ColumnNames;
import java.net.URI;
import java.util.Optional;

/**
 * What this package needs to know, as plain values.
 *
 * @param url what comes before {@code /schemas/ids/…}; without it there is no registry
 * @param authorization the header of that name
 * @param tlsConfiguration name of the TLS configuration
 * @param columns the columns that count
 */
public record RegistrySettings(
        Optional<URI> url, Optional<String> authorization, Optional<String> tlsConfiguration, ColumnNames columns) {}
