package io.evenkeel;

/// Wrong input by the user: a file, an option, a directory.
///
/// The message is one line that says what is wrong, where, and what is accepted. The command line prints it without a
/// stack trace and exits with 2.
public class InputException extends RuntimeException {
    public InputException(String message) {
        super(oneLine(message));
    }

    public InputException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
