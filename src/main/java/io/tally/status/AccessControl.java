package io.tally.status;

import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * With {@code HTTP_PASSWORD} everything but health is for those who know it: by basic authentication, as browsers do it, or as
 * a bearer token. Without it everything is open, as far as the port can be reached.
 */
@ApplicationScoped
class AccessControl {

    private static final String HEALTH = "/q/health";
    private static final String CHALLENGE = "Basic realm=\"Tally\", charset=\"UTF-8\"";
    /** Before anything that answers, after the headers of every answer. */
    private static final int FILTER_PRIORITY = 1_000;

    private final boolean needed;
    private final byte[] basic;
    private final byte[] bearer;

    AccessControl(
            @ConfigProperty(name = "HTTP_USER", defaultValue = "tally") String user,
            @ConfigProperty(name = "HTTP_PASSWORD") Optional<String> password) {
        needed = password.isPresent();
        basic = digest(user + ":" + password.orElse(""));
        bearer = digest(password.orElse(""));
    }

    void guard(@Observes Filters filters) {
        if (needed) {
            filters.register(this::check, FILTER_PRIORITY);
        }
    }

    void guard(@Observes ManagementInterface management) {
        if (needed) {
            management.router().route().order(Integer.MIN_VALUE).handler(this::check);
        }
    }

    private void check(RoutingContext request) {
        String path = request.normalizedPath();
        if (Paths.isWithin(path, HEALTH) || admits(request.request().getHeader("Authorization"))) {
            request.next();
        } else {
            request.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", CHALLENGE)
                    .putHeader("Content-Type", "application/problem+json")
                    .end(
                            "{\"status\":401,\"title\":\"Unauthorized\",\"remedy\":\"send HTTP_USER and HTTP_PASSWORD of the"
                                    + " engine by basic authentication, or the password as a bearer token\"}");
        }
    }

    /** Takes as long for a password that is nearly right as for any other. */
    boolean admits(String authorization) {
        if (authorization == null) {
            return false;
        }
        String[] parts = authorization.strip().split(" +", 2);
        if (parts.length != 2) {
            return false;
        }
        if (parts[0].equalsIgnoreCase("Bearer")) {
            return MessageDigest.isEqual(bearer, digest(parts[1]));
        }
        if (parts[0].equalsIgnoreCase("Basic")) {
            try {
                String credentials = new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8);
                return MessageDigest.isEqual(basic, digest(credentials));
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
        return false;
    }

    /** All of one length, so that comparing says nothing about it. */
    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
