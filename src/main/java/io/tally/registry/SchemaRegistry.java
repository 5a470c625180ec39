package io.tally.registry;

import io.quarkus.runtime.util.ExceptionUtil;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.tally.cdc.WriterSchema;
import io.tally.cdc.WriterSchemas;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The schemas of a registry. A schema that has been asked for once is at hand from then on, since it never changes under its
 * id. A registry that does not answer is asked again for as long as it takes: only what it says it does not have is unknown.
 */
@Singleton
public class SchemaRegistry implements WriterSchemas {

    private static final Logger LOG = Logger.getLogger(SchemaRegistry.class);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(10);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
    private static final int AT_ONCE = 4;

    /** How long an id is unknown before it is asked for again: a copy of the registry may be behind. */
    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(1);

    /** Records of any content may name any id. */
    private static final int MOST_UNKNOWN = 10_000;

    private record Unknown(WriterSchema schema, long untilMs) {}

    private final RegistryClient client;
    private final InstantSource clock;
    private final Map<Integer, WriterSchema> known = new ConcurrentHashMap<>();
    private final Map<Integer, Unknown> unknown = new ConcurrentHashMap<>();

    private volatile String failure;
    private volatile long nextLineMs;

    /** @throws IllegalArgumentException if the TLS configuration that is named does not exist or cannot be used */
    @Inject
    public SchemaRegistry(RegistrySettings settings, TlsConfigurationRegistry tls, InstantSource clock) {
        this(settings.url().map(url -> client(url, settings, tls)).orElse(null), clock);
    }

    SchemaRegistry(RegistryClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    private static RegistryClient client(URI url, RegistrySettings settings, TlsConfigurationRegistry tls) {
        HttpClient.Builder http =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NORMAL);
        settings.tlsConfiguration().ifPresent(name -> {
            TlsConfiguration configuration = tls.get(name)
                    .orElseThrow(() -> new IllegalArgumentException("tally.registry.tls-configuration-name=" + name
                            + " is not possible, expected the name of a quarkus.tls configuration"));
            try {
                http.sslContext(configuration.createSSLContext());
            } catch (Exception e) {
                throw new IllegalArgumentException("quarkus.tls." + name + " cannot be used: " + e.getMessage(), e);
            }
        });
        return new RegistryClient(http.build(), url, settings.authorization(), settings.columns());
    }

    /** Whether there is a registry to ask. */
    public boolean configured() {
        return client != null;
    }

    @Override
    public WriterSchema find(int id) {
        WriterSchema schema = known.get(id);
        if (schema != null) {
            return schema;
        }
        Unknown none = unknown.get(id);
        return none != null && isUnknownYet(none.untilMs - clock.millis()) ? none.schema : null;
    }

    /** Not for longer than it is ever meant to be: the clock may have been set back. */
    private static boolean isUnknownYet(long leftMs) {
        return leftMs > 0 && leftMs <= UNKNOWN_FOR.toMillis();
    }

    /** Completes, on a thread of the worker pool, when the registry has answered for all of them. */
    public Uni<Void> fetch(Collection<Integer> ids) {
        return Multi.createFrom()
                .iterable(ids)
                .onItem()
                .transformToUni(this::fetch)
                .merge(AT_ONCE)
                .onItem()
                .ignoreAsUni()
                .emitOn(Infrastructure.getDefaultExecutor());
    }

    private Uni<WriterSchema> fetch(int id) {
        return Uni.createFrom()
                .completionStage(() -> client.schema(id))
                .onFailure()
                .invoke(this::note)
                .onFailure()
                .retry()
                .withBackOff(FIRST_RETRY, SLOWEST_RETRY)
                .indefinitely()
                .invoke(schema -> keep(id, schema));
    }

    private void keep(int id, WriterSchema schema) {
        failure = null;
        if (!schema.isUnknown()) {
            known.put(id, schema);
            LOG.infof("schema %d fetched from the registry", id);
            return;
        }
        if (unknown.size() >= MOST_UNKNOWN) {
            unknown.clear();
        }
        unknown.put(id, new Unknown(schema, clock.millis() + UNKNOWN_FOR.toMillis()));
    }

    private void note(Throwable cause) {
        failure = "no answer from the schema registry, records wait for it: " + message(cause);
        long nowMs = clock.millis();
        if (nowMs >= nextLineMs) {
            nextLineMs = nowMs + LOG_INTERVAL.toMillis();
            LOG.warnf("%s; asking again", failure);
        }
    }

    private static String message(Throwable cause) {
        Throwable root = ExceptionUtil.getRootCause(cause);
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    /** Why nothing is read, or null while the registry answers. */
    public String failure() {
        return failure;
    }

    @PreDestroy
    void stop() {
        if (client != null) {
            client.close();
        }
    }
}
