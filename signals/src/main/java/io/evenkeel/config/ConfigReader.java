package io.evenkeel.config;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads configurations: YAML and assignments such as `optimizer.lr=1e-3` onto records.
///
/// A record's components are its keys. Their types are numbers, `boolean`, `String`, `Path`, `Duration` (`10m`), enums,
/// records, sealed interfaces of records, and `List`, `Set` or `Map<String, ...>` of these.
/// - A missing key keeps the value of the defaults; the record's static `defaults()` where those do not reach, as in
///   the items of a list. A written list or map replaces the default, an assignment to a part of it changes that part.
/// - An enum constant reads in lower case with hyphens. A sealed interface reads `type: name`, where the name is the
///   record's in lower case with hyphens (that of the class around it for a record `Config`); the name alone stands for
///   `type: name` and nothing else. [Named] sets another name.
/// - Values of a choice come from the given defaults while their type is the same, and from the chosen record's
///   `defaults()` otherwise.
/// - The keys of an [Inline] component stand beside those of its record. A component marked nullable may be `null`.
///
/// What is wrong is an [InputException] with path, value and place. A constructor that refuses a value throws
/// IllegalArgumentException with a message that begins with the component's name: `lr must be > 0 but was -1` becomes
/// `optimizer.lr must be > 0 but was -1 (run.yaml:5)`.
public final class ConfigReader {
    private ConfigReader() {}

    /// The configuration of a file, with assignments laid over it.
    ///
    /// @param assignments `KEY=VALUE` each, later ones over earlier ones
    /// @param defaults    the values of keys that neither gives
    /// @throws InputException when the file cannot be read or something in it or in an assignment is wrong
    public static <T extends Record> T read(Path file, List<String> assignments, T defaults) {
        return read(text(file), file.toString(), assignments, defaults);
    }

    /// The same for text.
    ///
    /// @param name what the text is called in messages
    public static <T extends Record> T read(String text, String name, List<String> assignments, T defaults) {
        return bind(YamlParser.parse(text, name), assignments, defaults);
    }

    /// The same without a file.
    public static <T extends Record> T read(List<String> assignments, T defaults) {
        return bind(null, assignments, defaults);
    }

    @SuppressWarnings("unchecked") // bind makes a record of the class of the defaults
    private static <T extends Record> T bind(@Nullable Tree written, List<String> assignments, T defaults) {
        var tree = Assignments.apply(written, assignments);
        return tree == null ? defaults : (T) Binder.bind(tree, defaults);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new InputException("configuration " + file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new InputException("configuration " + file + " must be UTF-8 text", e);
        } catch (IOException e) {
            throw new InputException("configuration " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
