package io.tally.testkit;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An extension of JUnit that gives the pipelines of a class a server for their results. */
public final class TwoDatabases implements BeforeAllCallback, AfterAllCallback {

    private String before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = System.setProperty(TestPipeline.DATABASES, "two");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (before == null) {
            System.clearProperty(TestPipeline.DATABASES);
        } else {
            System.setProperty(TestPipeline.DATABASES, before);
        }
    }
}
