package io.evenkeel.log;

import java.io.IOException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// Reads JSON objects into rows: nested names are joined by `/`, lists are passed over, texts that are numbers (as
/// `"NaN"`) are numbers. Python's bare NaN and Infinity are taken.
final class JsonRows {
    static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(200)
                    .maxStringLength(1 << 20)
                    .maxNameLength(10_000)
                    .maxNumberLength(1_000)
                    .build())
            .build();

    private static final int DEEPEST = 8;

    private final NumberParser numbers = new NumberParser();

    /// Reads the object whose first token is the parser's current one.
    Row object(JsonParser parser) throws IOException {
        var row = new Row();
        object(parser, "", 0, row);
        return row;
    }

    private void object(JsonParser parser, String prefix, int depth, Row row) throws IOException {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = prefix + parser.currentName();
            switch (parser.nextToken()) {
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> row.number(name, number(parser));
                case VALUE_STRING -> text(name, parser.getString(), row);
                case START_OBJECT -> {
                    if (depth < DEEPEST) {
                        object(parser, name + "/", depth + 1, row);
                    } else {
                        parser.skipChildren();
                    }
                }
                case START_ARRAY -> parser.skipChildren();
                case VALUE_NULL -> row.empty(name);
                case null, default -> {}
            }
        }
    }

    /// The number at the parser's current token; too large ones are infinite.
    double number(JsonParser parser) {
        var text = parser.getString();
        return numbers.parse(text) ? numbers.value() : Double.NaN;
    }

    private void text(String name, String text, Row row) {
        if (numbers.parse(text)) {
            row.number(name, numbers.value());
        } else {
            row.text(name, text);
        }
    }
}
