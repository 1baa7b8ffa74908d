package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.statistic.SlidingWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A detector that judges every series of a family by itself, each against bounds and its own recent past, and speaks
/// once an episode. Values that are not finite are passed over.
abstract class SeriesBounds implements Detector {
    private final EventKind kind;
    private final int window;
    private final int onAfter;
    private final int offAfter;
    private final TreeMap<String, Track> tracks = new TreeMap<>();

    /// @param window   values of the past that are kept, >= 1
    /// @param onAfter  points in a row that it takes to speak
    /// @param offAfter points in a row without trouble that end an episode
    SeriesBounds(EventKind kind, int window, int onAfter, int offAfter) {
        this.kind = kind;
        this.window = window;
        this.onAfter = onAfter;
        this.offAfter = offAfter;
    }

    /// What is thought of a value.
    ///
    /// @param severity how bad
    /// @param text     the rest of the sentence after the name of the series
    /// @param numbers  numbers of the evidence
    record Opinion(Severity severity, double confidence, String text, Map<String, Double> numbers) {}

    /// What is known of one series.
    static final class Track {
        private final SlidingWindow past;
        private final Latch latch;
        private long points;
        private long firstStep;
        private long lastStep;

        Track(int window, int onAfter, int offAfter) {
            past = new SlidingWindow(window);
            latch = new Latch(onAfter, offAfter);
        }

        /// The values before the one at hand.
        SlidingWindow past() {
            return past;
        }

        /// How many values came before the one at hand.
        long points() {
            return points;
        }

        /// Steps between two points, on average; 1 before the second.
        double stepsPerPoint() {
            return points < 2 ? 1 : (lastStep - firstStep) / (points - 1.0);
        }

        /// Whether an episode is under way.
        boolean isRaised() {
            return latch.isRaised();
        }
    }

    private record TrackState(
            SlidingWindow.State past, Latch.State latch, long points, long firstStep, long lastStep) {}

    private record State(TreeMap<String, TrackState> tracks) {}

    /// Whether the series is judged.
    abstract boolean reads(String series);

    /// What is judged and remembered in place of a value; NaN to pass over it.
    double prepare(String series, double value, Readings readings) {
        return value;
    }

    /// Judges a finite value; null when all is well.
    abstract @Nullable Opinion judge(Track track, String series, double value, Readings readings);

    /// Whether the value joins the past that later ones are judged by.
    boolean joins(Track track, @Nullable Opinion opinion) {
        return true;
    }

    /// Whether `series` is `name` or of a tensor, layer or worker under it.
    static boolean isOrUnder(String series, String name) {
        return series.startsWith(name) && (series.length() == name.length() || series.charAt(name.length()) == '/');
    }

    @Override
    public List<Event> observe(Readings readings) {
        var events = new ArrayList<Event>(0);
        readings.forEach((series, reading) -> {
            if (reads(series)) {
                see(series, prepare(series, reading, readings), readings, events);
            }
        });
        return events;
    }

    private void see(String series, double value, Readings readings, List<Event> events) {
        if (!Double.isFinite(value)) {
            return;
        }
        long step = readings.step();
        var track = tracks.computeIfAbsent(series, _ -> new Track(window, onAfter, offAfter));
        if (track.points == 0) {
            track.firstStep = step;
        }
        var opinion = judge(track, series, value, readings);
        var change = track.latch.feed(step, opinion == null ? null : opinion.severity());
        if (opinion != null && change.raised() != null) {
            events.add(new Event(
                    kind,
                    step,
                    change.since(),
                    change.raised(),
                    opinion.confidence(),
                    series,
                    series + " " + opinion.text(),
                    opinion.numbers()));
        } else if (change.ended()) {
            events.add(new Event(
                    kind,
                    step,
                    change.since(),
                    Severity.NOTE,
                    0.9,
                    series,
                    Evidence.of(
                            "%s is well again at %s after %d points", series, Evidence.number(value), change.points()),
                    Map.of(Event.RECOVERED_AFTER, (double) change.points(), "value", value)));
        }
        if (joins(track, opinion)) {
            track.past.add(value);
        }
        track.points++;
        track.lastStep = step;
    }

    @Override
    public JsonNode state() {
        var saved = new TreeMap<String, TrackState>();
        tracks.forEach((series, t) ->
                saved.put(series, new TrackState(t.past.state(), t.latch.state(), t.points, t.firstStep, t.lastStep)));
        return States.of(new State(saved));
    }

    @Override
    public void restore(JsonNode state) {
        tracks.clear();
        States.read(state, State.class).tracks().forEach((series, saved) -> {
            var track = new Track(window, onAfter, offAfter);
            track.past.restore(saved.past());
            track.latch.restore(saved.latch());
            track.points = saved.points();
            track.firstStep = saved.firstStep();
            track.lastStep = saved.lastStep();
            tracks.put(series, track);
        });
    }
}
