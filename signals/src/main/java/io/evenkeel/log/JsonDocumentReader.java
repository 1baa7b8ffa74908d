package io.evenkeel.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads a JSON document that holds a history: a list of records, on its own or as the `log_history` of a Hugging Face
/// Trainer, or a list of numbers a series as Keras has it. A document that is cut off is read as far as it goes.
final class JsonDocumentReader implements LogReader {
    private static final int LONGEST_SERIES = 10_000_000;

    private final LogInput in;
    private final RunStreams streams;
    private final NamedRows rows;
    private final JsonRows json = new JsonRows();

    JsonDocumentReader(LogInput in, RunStreams streams) {
        this.in = in;
        this.streams = streams;
        this.rows = new NamedRows(streams, new SeriesMapping(streams.options(), Map.of()));
        switch (streams.format()) {
            case TRAINER_STATE ->
                streams.note("the loss is the mean since the last entry, in which NaN and infinite ones may have been"
                        + " replaced (logging_nan_inf_filter)");
            case KERAS_HISTORY ->
                streams.note("the loss is the running mean of an epoch: a spike is divided by its steps");
            default -> {}
        }
    }

    @Override
    public void read(boolean last) throws IOException {
        var series = new LinkedHashMap<String, List<Double>>();
        try (var parser = JsonRows.JSON.createParser(ObjectReadContext.empty(), in)) {
            switch (streams.format()) {
                case TRAINER_STATE -> trainerState(parser);
                case KERAS_HISTORY -> columns(parser, series);
                default -> {
                    if (parser.nextToken() == JsonToken.START_ARRAY) {
                        records(parser);
                    }
                }
            }
        } catch (JacksonException e) {
            streams.warning("the document is cut off or damaged and was read up to there ("
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("") + ")");
        }
        epochs(series);
        rows.caughtUp();
    }

    private void trainerState(JsonParser parser) throws IOException {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var history = parser.currentName().equals("log_history");
            if (parser.nextToken() == JsonToken.START_ARRAY && history) {
                records(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void records(JsonParser parser) throws IOException {
        for (var token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                var row = json.object(parser);
                if (!row.isEmpty()) {
                    rows.add(row);
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    /// Series by name, in the document or below `history`; lists, or objects by the number of the row.
    private void columns(JsonParser parser, Map<String, List<Double>> series) throws IOException {
        if (parser.currentToken() == null) {
            parser.nextToken();
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            var token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                series.put(name, numbers(parser));
            } else if (token == JsonToken.START_OBJECT && name.equals("history")) {
                columns(parser, series);
            } else if (token == JsonToken.START_OBJECT && KnownNames.isKnown(name)) {
                series.put(name, List.copyOf(json.object(parser).numbers.values()));
            } else {
                parser.skipChildren();
            }
        }
    }

    private List<Double> numbers(JsonParser parser) throws IOException {
        var numbers = new ArrayList<Double>();
        for (var token = parser.nextToken();
                token != null && token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            switch (token) {
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING -> numbers.add(json.number(parser));
                case VALUE_NULL -> numbers.add(Double.NaN);
                default -> parser.skipChildren();
            }
            if (numbers.size() > LONGEST_SERIES) {
                throw new io.evenkeel.InputException(
                        streams.id() + " has a list of more than " + LONGEST_SERIES + " numbers");
            }
        }
        return numbers;
    }

    private void epochs(Map<String, List<Double>> series) {
        var longest = series.values().stream().mapToInt(List::size).max().orElse(0);
        var counted = series.keySet().stream().anyMatch(name -> KnownNames.stepRank(name) >= 0);
        for (var i = 0; i < longest; i++) {
            var row = new Row();
            row.step = counted ? Double.NaN : i;
            for (var entry : series.entrySet()) {
                if (i < entry.getValue().size()) {
                    row.number(entry.getKey(), entry.getValue().get(i));
                }
            }
            rows.add(row);
        }
        if (longest > 0 && !counted) {
            streams.note("steps are epochs, the first is 0");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
