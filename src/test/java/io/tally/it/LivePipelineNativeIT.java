package io.tally.it;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

/** The native executable, and what happens to orders while it runs: the same tests, by HTTP, Kafka and SQL only. */
@Tag("native")
@QuarkusIntegrationTest
class LivePipelineNativeIT extends LivePipelineIT {}
