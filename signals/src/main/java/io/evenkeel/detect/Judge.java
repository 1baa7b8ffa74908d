package io.evenkeel.detect;

import io.evenkeel.detect.Event.Severity;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// The verdict on a run, from its events and from where its loss stands. The first that applies:
///
/// - `dead`: the last points are not finite, the loss scale has died, a worker hangs, or the loss never left its start
/// - `unknown`: fewer than [Config#minPoints] finite losses
/// - `diverged`: half of the progress is lost at the end ([Divergence])
/// - `damaged`: less is lost but more than a bound, or an event of severity `DAMAGED` is not over
/// - `recovered`: such an event is over, and the loss does not rise again
/// - `watch`: an event of severity `WATCH` is not over, and not old
/// - `healthy`
///
/// A gradient spike by itself is no damage: it shows in the loss if it was.
public final class Judge {
    /// Open events of severity `WATCH` count for at least so many points, and for a quarter of the run.
    private static final int FRESH_POINTS = 200;

    private final Config config;
    private final Divergence.Config bounds = Divergence.Config.defaults();
    private final Progress progress;
    /// Whether somebody else shows the losses to `progress`.
    private final boolean shared;
    private final TreeMap<String, Open> open = new TreeMap<>();
    private long points;
    private int nonFinite;
    private Open worstOver = Open.NONE;

    /// @param minPoints      finite losses that it takes to judge, >= 1
    /// @param deadPoints     last points without a finite loss that mean death, >= 1
    public record Config(int minPoints, int deadPoints) {
        public Config {
            Bounds.atLeast("minPoints", minPoints, 1);
            Bounds.atLeast("deadPoints", deadPoints, 1);
        }

        /// 20 and 3 points (unverified).
        public static Config defaults() {
            return new Config(20, 3);
        }
    }

    /// What was judged.
    ///
    /// @param verdict    what has become of the run
    /// @param confidence probability in [0, 1] that it is right
    /// @param since      first step of what decided it; 0 for a healthy or unknown run
    /// @param reason     one plain sentence
    public record Judgement(Verdict verdict, double confidence, long since, String reason) {}

    /// An episode: the worst event of a kind about a subject.
    private record Open(
            EventKind kind, Severity severity, long since, long atPoint, double confidence, String evidence) {
        static final Open NONE = new Open(EventKind.PLATEAU, Severity.NOTE, 0, 0, 0, "");
    }

    private record State(
            Progress.State progress, TreeMap<String, Open> open, long points, int nonFinite, Open worstOver) {}

    public Judge(Config config) {
        this.config = config;
        this.progress = bounds.progress();
        this.shared = false;
    }

    /// A judge of what these detectors observe, who need not follow the loss a second time. Its state cannot be
    /// saved without theirs.
    public Judge(Config config, Detectors detectors) {
        this.config = config;
        this.progress = detectors.progress();
        this.shared = true;
    }

    /// The judgement of a whole run with all detectors as they come.
    public static Judgement of(Iterable<Readings> run) {
        var detectors = Detectors.defaults();
        var judge = new Judge(Config.defaults());
        for (var readings : run) {
            judge.observe(readings, detectors.observe(readings));
        }
        return judge.judgement();
    }

    /// Takes in one step.
    ///
    /// @param events what the detectors saw in it
    public void observe(Readings readings, List<Event> events) {
        if (readings.has(SeriesNames.LOSS)) {
            points++;
            double loss = readings.get(SeriesNames.LOSS);
            if (Double.isFinite(loss)) {
                if (!shared) {
                    progress.add(
                            readings.step(), loss, readings.get(SeriesNames.LR), readings.get(SeriesNames.DATA_PHASE));
                }
                nonFinite = 0;
            } else {
                nonFinite++;
            }
        }
        events.forEach(this::take);
    }

    private void take(Event event) {
        // Whatever is not finite ends together, whichever tensor it was seen in.
        var key = event.kind() == EventKind.NON_FINITE ? event.kind().name() : event.kind() + " " + event.subject();
        if (event.tellsRecovery()) {
            var over = open.remove(key);
            if (over != null && counts(over) && over.severity().compareTo(worstOver.severity()) >= 0) {
                worstOver = over;
            }
            return;
        }
        var now = new Open(event.kind(), event.severity(), event.since(), points, event.confidence(), event.evidence());
        open.merge(key, now, (before, after) -> after.severity().compareTo(before.severity()) >= 0 ? after : before);
    }

    /// Whether an episode, while it lasts and after, says something about the run.
    private static boolean counts(Open episode) {
        return episode.severity().compareTo(Severity.DAMAGED) >= 0 && episode.kind() != EventKind.GRADIENT_SPIKE;
    }

    /// The verdict as things stand.
    public Judgement judgement() {
        var dead = dead();
        if (dead.isPresent()) {
            return dead.get();
        }
        if (progress.points() < config.minPoints()) {
            return new Judgement(
                    Verdict.UNKNOWN, 0, 0, Evidence.of("%d points are too few to tell", progress.points()));
        }
        var lost = lost();
        if (lost.isPresent()) {
            return lost.get();
        }
        var damaged = worst(Judge::counts);
        if (damaged.isPresent()) {
            return judgement(Verdict.DAMAGED, damaged.get());
        }
        var rising = worst(episode -> episode.kind() == EventKind.DIVERGENCE);
        if (counts(worstOver) && rising.isEmpty()) {
            return judgement(Verdict.RECOVERED, worstOver);
        }
        var watched = worst(episode -> episode.severity().compareTo(Severity.WATCH) >= 0
                && points - episode.atPoint() <= Math.max(FRESH_POINTS, points / 4));
        return watched.map(episode -> judgement(Verdict.WATCH, episode))
                .orElseGet(() -> new Judgement(
                        Verdict.HEALTHY,
                        Math.min(0.95, progress.points() / (progress.points() + 20.0)),
                        0,
                        Evidence.of(
                                "nothing of note in %d points; loss near its best of %s",
                                progress.points(), Evidence.number(progress.best(0)))));
    }

    private Optional<Judgement> dead() {
        if (nonFinite >= config.deadPoints()) {
            var episode = open.get(EventKind.NON_FINITE.name());
            return Optional.of(new Judgement(
                    Verdict.DEAD,
                    0.99,
                    episode == null ? 0 : episode.since(),
                    Evidence.of("the last %d losses are not finite", nonFinite)));
        }
        return worst(episode -> switch (episode.kind()) {
                    case LOSS_SCALE_DEATH, HANG -> episode.severity() == Severity.FATAL;
                    case STUCK -> episode.severity() == Severity.DAMAGED;
                    default -> false;
                })
                .map(episode -> judgement(Verdict.DEAD, episode));
    }

    /// What the loss has lost at the end.
    private Optional<Judgement> lost() {
        int worst = -1;
        for (var i = 0; i < progress.scales(); i++) {
            if (progress.lost(i) >= bounds.bound(i)
                    && (worst < 0 || progress.lost(i) / bounds.bound(i) > progress.lost(worst) / bounds.bound(worst))) {
                worst = i;
            }
        }
        if (worst < 0) {
            return Optional.empty();
        }
        double share = progress.lost(worst);
        var episode = open.get(EventKind.DIVERGENCE + " " + SeriesNames.LOSS);
        return Optional.of(new Judgement(
                share >= bounds.share() ? Verdict.DIVERGED : Verdict.DAMAGED,
                Divergence.confidence(share / bounds.bound(worst)),
                episode == null ? 0 : episode.since(),
                Evidence.of(
                        "at the end %s of the progress from %s to %s is lost, over %d points",
                        Evidence.percent(share),
                        Evidence.number(progress.start()),
                        Evidence.number(progress.best(worst)),
                        progress.length(worst))));
    }

    private Optional<Open> worst(Predicate<Open> which) {
        return open.values().stream()
                .filter(which)
                .max(Comparator.comparing(Open::severity).thenComparingLong(Open::atPoint));
    }

    private static Judgement judgement(Verdict verdict, Open episode) {
        return new Judgement(verdict, episode.confidence(), episode.since(), episode.evidence());
    }

    /// Everything that the judgement depends on.
    public JsonNode state() {
        return States.of(new State(progress.state(), new TreeMap<>(open), points, nonFinite, worstOver));
    }

    /// Continues from a saved state.
    public void restore(JsonNode state) {
        var saved = States.read(state, State.class);
        if (!shared) {
            progress.restore(saved.progress());
        }
        open.clear();
        open.putAll(saved.open());
        points = saved.points();
        nonFinite = saved.nonFinite();
        worstOver = saved.worstOver();
    }
}
