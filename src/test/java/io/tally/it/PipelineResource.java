package io.tally.it;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tally.testkit.TestPipeline;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Gives a {@code @QuarkusTest} a pipeline on the real stack: it finds it in its field of type {@link TestPipeline}. Arguments
 * are the {@code name}, {@code windows}, which are short for a test in which one has to end, and settings of the engine.
 */
public class PipelineResource implements QuarkusTestResourceLifecycleManager {

    /**
     * Lists what the classes before were told: it stays in this JVM if they run the packaged program, and would win over what
     * the next one is told. A system property, because each program inside this JVM loads this class anew.
     */
    private static final String TOLD = PipelineResource.class.getName() + ".told";

    private String name;
    private boolean shortWindows;
    private final Map<String, String> engineSettings = new HashMap<>();
    private TestPipeline pipeline;

    @Override
    public void init(Map<String, String> arguments) {
        name = arguments.get("name");
        shortWindows = "short".equals(arguments.get("windows"));
        arguments.forEach((key, value) -> {
            if (key.startsWith("tally.")) {
                engineSettings.put(key, value);
            }
        });
    }

    @Override
    public Map<String, String> start() {
        // The same test may run twice, inside this JVM and on the packaged program.
        String once = name + "_" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        pipeline = new TestPipeline(once);
        if (shortWindows) {
            pipeline.withShortWindows();
        }
        pipeline.registerConnector();
        Map<String, String> settings = new HashMap<>(engineSettings);
        pipeline.engineEnvironment().forEach((variable, value) -> settings.put(property(variable), value));
        String told = System.setProperty(TOLD, String.join(",", settings.keySet()));
        if (told != null) {
            List.of(told.split(",")).forEach(System::clearProperty);
        }
        return settings;
    }

    /** Variables that stand for a property go by its name here; the others are known by their own. */
    private static String property(String variable) {
        return variable.startsWith("TALLY_") || variable.startsWith("MP_")
                ? variable.toLowerCase(Locale.ROOT).replace('_', '.')
                : variable;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(pipeline, new TestInjector.MatchesType(TestPipeline.class));
    }

    @Override
    public void stop() {
        if (pipeline != null) {
            pipeline.close();
        }
    }
}
