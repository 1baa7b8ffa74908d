package io.evenkeel.probe;

import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test whose tensors are freed after it.
@ExtendWith(OneThread.class)
abstract class ScopedTest {
    private Scope scope;

    @BeforeEach
    final void open() {
        scope = Scope.open();
    }

    @AfterEach
    final void close() {
        scope.close();
    }
}
