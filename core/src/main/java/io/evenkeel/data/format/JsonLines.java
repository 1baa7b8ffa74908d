package io.evenkeel.data.format;

import io.evenkeel.InputException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One JSON object a line: the field `text` (or another) is a document; `name` and `label` are used where they are.
public final class JsonLines {
    private static final JsonMapper JSON = JsonMapper.shared();

    private JsonLines() {}

    /// Hands on the documents of a file, unpacked if need be; a document without a name is called by its line.
    ///
    /// @param field which field holds the text
    /// @throws InputException naming file and line where there is no such object or field
    public static void read(Path file, String field, Consumer<Document> documents) {
        var number = 0;
        try (var in = Gzip.open(file);
                var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    documents.accept(document(line, field, file + ":" + number));
                }
            }
        } catch (CharacterCodingException e) {
            throw new InputException("source must be UTF-8 but is not (" + file + ", behind line " + number + ")", e);
        } catch (IOException e) {
            throw new InputException("source must be readable but was " + file + " (" + e + ")", e);
        }
    }

    private static Document document(String line, String field, String where) {
        JsonNode object;
        try {
            object = JSON.readTree(line);
        } catch (JacksonException e) {
            throw new InputException(
                    "source must have a JSON object a line but: " + e.getOriginalMessage() + " (" + where + ")", e);
        }
        if (!object.isObject()) {
            throw new InputException("source must have a JSON object a line but has another value (" + where + ")");
        }
        var text = object.get(field);
        if (text == null || !text.isString()) {
            var strings = new ArrayList<String>();
            for (var entry : object.properties()) {
                if (entry.getValue().isString()) {
                    strings.add(entry.getKey());
                }
            }
            throw new InputException(
                    "field must be one of the text fields " + strings + " but was " + field + " (" + where + ")");
        }
        var name = object.path("name").asString("");
        var label = object.path("label");
        return new Document(
                name.isEmpty() ? "line " + where.substring(where.lastIndexOf(':') + 1) : name,
                text.asString(),
                label.isString() ? label.asString() : null);
    }

    /// Writes documents to a new packed file; the action is called with where to put them.
    public static void write(Path file, Documents documents) throws IOException {
        try (var out = new BufferedWriter(new OutputStreamWriter(Gzip.create(file), StandardCharsets.UTF_8))) {
            documents.forEach(document -> {
                var object =
                        JSON.createObjectNode().put("name", document.name()).put("text", document.text());
                if (document.label() != null) {
                    object.put("label", document.label());
                }
                out.write(JSON.writeValueAsString(object));
                out.write('\n');
            });
        }
    }

    /// Documents that are handed on one by one.
    public interface Documents {
        void forEach(Sink sink) throws IOException;
    }

    /// Takes documents.
    public interface Sink {
        void accept(Document document) throws IOException;
    }
}
