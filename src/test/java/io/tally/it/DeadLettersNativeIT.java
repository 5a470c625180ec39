package io.tally.it;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Tag;

/** The native executable, and what it does with records that it cannot count: the same tests, by HTTP, Kafka and SQL only. */
@Tag("native")
@QuarkusIntegrationTest
class DeadLettersNativeIT extends DeadLettersIT {}
