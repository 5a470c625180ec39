package io.tally.it;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tally.testkit.TestPipeline;
import java.util.Map;

/** Gives a {@code @QuarkusTest} a pipeline on the real stack: it finds it in its field of type {@link TestPipeline}. */
public class PipelineResource implements QuarkusTestResourceLifecycleManager {

    private String name;
    private TestPipeline pipeline;

    @Override
    public void init(Map<String, String> arguments) {
        name = arguments.get("name");
    }

    @Override
    public Map<String, String> start() {
        // The same test may run twice, inside this JVM and on the packaged program.
        String once = name + "_" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        pipeline = new TestPipeline(once).registerConnector();
        Map<String, String> settings = pipeline.engineEnvironment();
        settings.put("tally.source.slot", settings.remove("TALLY_SOURCE_SLOT"));
        settings.put("mp.messaging.incoming.orders.group.id", settings.remove("MP_MESSAGING_INCOMING_ORDERS_GROUP_ID"));
        return settings;
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
