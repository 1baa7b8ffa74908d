package io.evenkeel.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/// Frees the native memory of every tensor made on this thread between [#open] and [#close], in one go.
///
/// The one ownership rule: **a tensor belongs to the innermost open scope of the thread that made it.** A result leaves
/// by [#keep] (to the enclosing scope, or to the caller where there is none) or by [Tensor#own] (to the caller for
/// good,
/// who closes it). A tensor made outside every scope belongs to the caller. Using a freed tensor throws
/// [IllegalStateException]. Scopes nest, and close in the reverse order of opening.
///
///     try (var scope = Scope.open()) {
///         var loss = model.loss(batch);   // freed below with everything else
///         loss.backward();
///     }
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();

    private final @Nullable Scope parent;
    private final PointerScope pointers;
    private final List<Object> anchored = new ArrayList<>();
    private boolean closed;

    private Scope() {
        Engine.start();
        this.parent = INNERMOST.get();
        this.pointers = new PointerScope();
        INNERMOST.set(this);
    }

    /// Opens a scope on the current thread.
    public static Scope open() {
        return new Scope();
    }

    /// Lets `tensor` outlive this scope: the enclosing scope of this thread owns it from now on, or the caller
    /// where
    /// there is none.
    ///
    /// @return `tensor`
    public Tensor keep(Tensor tensor) {
        if (parent == null) {
            return tensor.own();
        }
        parent.pointers.attach(tensor.at());
        return tensor;
    }

    /// Keeps a Java object reachable for as long as tensors of this scope may call it.
    static void anchor(Object object) {
        var scope = INNERMOST.get();
        if (scope != null) {
            scope.anchored.add(object);
        }
    }

    static boolean isOpen() {
        return INNERMOST.get() != null;
    }

    /// Frees what the scope owns. Closing twice does nothing.
    ///
    /// @throws IllegalStateException when an inner scope is still open or the thread is another one
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (INNERMOST.get() != this) {
            throw new IllegalStateException("scopes close in reverse order, on the thread that opened them");
        }
        closed = true;
        if (parent == null) {
            INNERMOST.remove();
        } else {
            INNERMOST.set(parent);
        }
        pointers.close();
        anchored.clear();
    }
}
