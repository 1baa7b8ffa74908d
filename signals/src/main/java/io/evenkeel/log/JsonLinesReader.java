package io.evenkeel.log;

import java.io.IOException;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads one JSON object a line.
final class JsonLinesReader implements LogReader {
    private final LogInput in;
    private final RunStreams streams;
    private final Lines lines;
    private final NamedRows rows;
    private final JsonRows json = new JsonRows();
    private long bad;
    private long firstBad;

    JsonLinesReader(LogInput in, RunStreams streams) {
        this.in = in;
        this.streams = streams;
        this.rows = new NamedRows(streams, new SeriesMapping(streams.options(), Map.of()));
        this.lines = new Lines(in, streams.limits().lineBytes(), false, () -> {
            rows.decide();
            streams.flush();
        });
    }

    @Override
    public boolean follows() {
        return !in.packed();
    }

    @Override
    public void read(boolean last) throws IOException {
        while (lines.next(last)) {
            line();
        }
        rows.caughtUp();
        if (bad > 0) {
            streams.warning(
                    "lines that are no JSON object were passed over, the first of " + bad + " at line " + firstBad);
        }
        if (lines.tooLong() > 0) {
            streams.warning(
                    lines.tooLong() + " lines longer than " + streams.limits().lineBytes() + " bytes were passed over");
        }
    }

    private void line() throws IOException {
        if (lines.to() == lines.from()) {
            return;
        }
        try (var parser = JsonRows.JSON.createParser(
                ObjectReadContext.empty(), lines.bytes(), lines.from(), lines.to() - lines.from())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                bad();
                return;
            }
            var row = json.object(parser);
            // A last line without its end is whole when its object is.
            if (parser.currentToken() != JsonToken.END_OBJECT) {
                bad();
            } else if (!row.isEmpty()) {
                rows.add(row);
            }
        } catch (JacksonException e) {
            if (lines.terminated()) {
                bad();
            } else {
                streams.note("the last line is cut off and was passed over");
            }
        }
    }

    private void bad() {
        if (bad++ == 0) {
            firstBad = lines.number();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
