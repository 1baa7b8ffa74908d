package io.evenkeel.tensor;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Runs the tests of a class with one thread an operation: their tensors are so small that a second one only waits.
public final class OneThread implements BeforeAllCallback, AfterAllCallback {
    private int before;

    @Override
    public void beforeAll(ExtensionContext context) {
        before = Engine.threads();
        Engine.setThreads(1);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Engine.setThreads(before);
    }
}
