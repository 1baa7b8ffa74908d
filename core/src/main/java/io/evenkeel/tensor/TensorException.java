package io.evenkeel.tensor;

import java.util.ArrayList;
import java.util.Arrays;

/// libtorch refused an operation: the message names the operation, the shapes and types it was given, and the reason.
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TensorException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Turns an exception of the bindings into one line without C++ frames.
    static TensorException of(String operation, RuntimeException cause, Tensor... inputs) {
        var shapes = new ArrayList<String>();
        for (var input : inputs) {
            shapes.add(input.isClosed() ? "closed" : input.dtype() + Arrays.toString(input.shape()));
        }
        return new TensorException(operation + "(" + String.join(", ", shapes) + "): " + reason(cause), cause);
    }

    private static String reason(RuntimeException cause) {
        var message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        var frames = message.indexOf("\nException raised");
        var text = frames < 0 ? message : message.substring(0, frames);
        return text.strip().replaceAll("\\s*\\n\\s*", " ");
    }
}
