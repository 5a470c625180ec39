package io.tally.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * Makes the pictures of the documentation from a pipeline that runs:
 *
 * <pre>
 * ./mvnw test-compile exec:java -Dexec.classpathScope=test -Dexec.mainClass=io.tally.testkit.Screenshots \
 *     -Dexec.args="http://localhost:8081 docs/images"
 * </pre>
 */
public final class Screenshots {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private record Picture(String name, int width, int height, boolean dark) {}

    private Screenshots() {}

    /** @param arguments the page's address, and the folder for the pictures */
    public static void main(String... arguments) {
        for (Picture picture : new Picture[] {
            new Picture("page", 1440, 900, false),
            new Picture("page-dark", 1440, 900, true),
            new Picture("page-narrow", 390, 844, false)
        }) {
            try (Browser browser = Browser.start()) {
                browser.view(picture.width(), picture.height(), picture.dark()).open(arguments[0]);
                Await.until("numbers", LIMIT, () -> !browser.text("#closed .n").isEmpty());
                Await.until("charts", LIMIT, () -> !Set.of("", "–").contains(browser.text("figure .value")));
                // What was drawn last is on the screen one frame later.
                browser.evaluate("new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))");
                browser.screenshot(Path.of(arguments[1], picture.name() + ".png"));
            }
        }
    }
}
