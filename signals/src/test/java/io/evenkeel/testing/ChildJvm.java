package io.evenkeel.testing;

import java.io.File;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A fresh JVM that runs a class of the tests, on the JDK and the class path of the tests.
public final class ChildJvm {
    private ChildJvm() {}

    /// The process, not started yet.
    ///
    /// @param flags flags of the JVM
    public static ProcessBuilder of(Class<?> main, List<String> flags, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath(main), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /// A runner may load the tests through a loader of its own, which the system property does not know.
    private static String classPath(Class<?> main) {
        if (!(main.getClassLoader() instanceof URLClassLoader loader)) {
            return System.getProperty("java.class.path");
        }
        return String.join(
                File.pathSeparator,
                Arrays.stream(loader.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())).toString())
                        .toList());
    }
}
