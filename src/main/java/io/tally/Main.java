package io.tally;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Starts the program. With the argument {@code healthy} it asks the one that runs beside it whether it is alive, and ends
 * with 0 if it is: so a container needs neither a shell nor curl to be checked.
 */
@QuarkusMain
public final class Main {

    private static final int LIMIT_MS = 4_000;

    public static void main(String... arguments) {
        if (arguments.length == 1 && arguments[0].equals("healthy")) {
            System.exit(isAlive() ? 0 : 1);
        }
        Quarkus.run(null, StartFailure::exit, arguments);
    }

    /** Where health is: at the port for it, if that is open. */
    static int healthPort(Map<String, String> environment) {
        boolean apart = Boolean.parseBoolean(environment.get("MANAGEMENT_ENABLED"));
        return Integer.parseInt(
                apart
                        ? environment.getOrDefault("MANAGEMENT_PORT", "9000")
                        : environment.getOrDefault("HTTP_PORT", "8081"));
    }

    private static boolean isAlive() {
        int port = healthPort(System.getenv());
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(LIMIT_MS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MS);
            socket.getOutputStream().write("GET /q/health/live HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String status = answer.readLine();
            System.out.println(status);
            return status != null && status.contains(" 200 ");
        } catch (IOException e) {
            System.out.println("port " + port + ": " + e.getMessage());
            return false;
        }
    }
}
