package io.tally.status;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Health and metrics are at a port of their own or, by default, beside the page. Quarkus decides that when a program is built;
 * here it is a setting: the program is built with the port, which stays closed, and its routes, which are found at the other.
 */
@ApplicationScoped
class ManagementPort {

    private final Router main;
    private final boolean open;

    ManagementPort(Router main, @ConfigProperty(name = "quarkus.management.host-enabled") boolean open) {
        this.main = main;
        this.open = open;
    }

    void mount(@Observes ManagementInterface management) {
        if (!open) {
            Router routes = management.router();
            // A route with a path would hide that part of it from those below.
            main.route().handler(request -> {
                if (isManagement(request.normalizedPath())) {
                    routes.handleContext(request);
                } else {
                    request.next();
                }
            });
        }
    }

    private static boolean isManagement(String path) {
        return Paths.isWithin(path, "/q/health") || Paths.isWithin(path, "/q/metrics");
    }
}
