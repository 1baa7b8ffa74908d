package io.evenkeel.app;

import io.evenkeel.train.StopRequest;
import java.lang.reflect.Proxy;

/// SIGINT and SIGTERM: the first asks the run to end after its step, a second one ends the program at once.
///
/// The JDK has no supported signal API but `sun.misc.Signal` of module jdk.unsupported, which the compiler refuses to
/// name without a warning, so it is called by reflection.
final class Interrupts {
    private static final int EXIT_BY_SIGNAL = 128;

    private Interrupts() {}

    static void stopOnSignal(StopRequest stop) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handlerType = Class.forName("sun.misc.SignalHandler");
            var handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (_, _, arguments) -> {
                        received(String.valueOf(signal.getMethod("getName").invoke(arguments[0])), stop);
                        return null;
                    });
            for (var name : new String[] {"INT", "TERM"}) {
                signal.getMethod("handle", signal, handlerType)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has no signal handling: " + e, e);
        }
    }

    private static void received(String name, StopRequest stop) {
        if (stop.reason() != null) {
            Runtime.getRuntime().halt(EXIT_BY_SIGNAL + (name.equals("INT") ? 2 : 15));
        }
        stop.stop("SIG" + name);
    }
}
