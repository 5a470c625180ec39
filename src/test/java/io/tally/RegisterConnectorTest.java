package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tally.testkit.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that registers the connector, with somebody else in the place of Kafka Connect. */
class RegisterConnectorTest {

    private static final String RUNNING =
            "{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[{\"id\":0,\"state\":\"RUNNING\"}]}";

    private final List<String> registered = new ArrayList<>();
    private String before;
    private HttpServer worker;

    @BeforeEach
    void start() throws IOException {
        worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        worker.createContext("/", this::answer);
        worker.start();
    }

    @AfterEach
    void stop() {
        worker.stop(0);
    }

    private void answer(HttpExchange call) throws IOException {
        String path = call.getRequestURI().getPath();
        if (call.getRequestMethod().equals("PUT")) {
            registered.add(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            before = "{}";
        }
        boolean missing = path.endsWith("/config") && before == null;
        byte[] body = (path.endsWith("/config") && !missing ? before : RUNNING).getBytes(StandardCharsets.UTF_8);
        call.sendResponseHeaders(missing ? 404 : 200, body.length);
        call.getResponseBody().write(body);
        call.close();
    }

    private record Ended(int exitCode, String said) {}

    private Ended register(String tables, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("debezium/register_connector.sh"));
        command.addAll(List.of(arguments));
        ProcessBuilder script = new ProcessBuilder(command).redirectErrorStream(true);
        script.environment()
                .put("CONNECT_URL", "http://localhost:" + worker.getAddress().getPort());
        script.environment().put("DEBEZIUM_TABLES", tables);
        Process process = script.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(Processes.awaitExit(process, 60), said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"public.orders", "public.orders,public.payments", "public.payments, public.orders, public.more"})
    void tablesThatStay_orNothingBefore_areRegistered(String tables) throws IOException {
        assertEquals(0, register(tables).exitCode());
        before = "{\"name\":\"c\",\"table.include.list\":\"public.orders\",\"topic.prefix\":\"p\"}";
        Ended again = register(tables);
        assertEquals(0, again.exitCode(), again.said());
        assertEquals(2, registered.size());
        assertTrue(registered.getLast().contains("\"table.include.list\": \"" + tables + "\""), registered::getLast);
    }

    @Test
    void tableThatWouldBeLeftOut_isRefusedUnlessForced() throws IOException {
        before = "{\"name\":\"c\",\"table.include.list\":\"public.orders,public.payments\",\"topic.prefix\":\"p\"}";
        Ended refused = register("public.orders");
        assertEquals(1, refused.exitCode(), refused.said());
        assertTrue(refused.said().contains("would no longer read public.payments"), refused.said());
        assertTrue(refused.said().contains("DEBEZIUM_TABLES='public.orders,public.payments'"), refused.said());
        assertEquals(List.of(), registered, "nothing was changed");

        Ended forced = register("public.orders", "--force");
        assertEquals(0, forced.exitCode(), forced.said());
        assertEquals(1, registered.size());
    }

    @Test
    void unknownArgument_saysWhatThereIs() throws IOException {
        Ended ended = register("public.orders", "--help");
        assertEquals(2, ended.exitCode());
        assertTrue(ended.said().contains("--force"), ended.said());
        assertEquals(List.of(), registered);
    }
}
