package io.evenkeel.log;

/// Receives what a log holds, run by run.
///
/// Many runs may share a file. They are given as they stand there: one after the other where the file has them so, in
/// turns where it mixes them. Each keeps the order of its own readings.
public interface RunVisitor {
    /// A run was found; what it holds goes to the listener that is returned.
    ///
    /// @param info what is known so far; [RunListener#caughtUp] gives all of it
    RunListener run(RunInfo info);

    /// Something could not be read and was passed over.
    ///
    /// @param message one line that names the file
    default void warning(String message) {}
}
