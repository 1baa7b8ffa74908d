package io.evenkeel.detect;

import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All detectors as one. The order of the events of a step is that of the components of [Config].
public final class Detectors implements Detector {
    private final Map<String, Detector> detectors = new LinkedHashMap<>();
    private final LossSpike lossSpike;
    private final GradientSpike gradientSpike;
    private final Divergence divergence;

    /// The configuration of every detector.
    public record Config(
            NonFinite.Config nonFinite,
            LossSpike.Config lossSpike,
            GradientSpike.Config gradientSpike,
            Divergence.Config divergence,
            Stuck.Config stuck,
            Plateau.Config plateau,
            LogitGrowth.Config logitGrowth,
            OutputLogitDrift.Config outputLogitDrift,
            EntropyCollapse.Config entropyCollapse,
            DeadUnits.Config deadUnits,
            RankCollapse.Config rankCollapse,
            UpdateRatio.Config updateRatio,
            EdgeOfStability.Config edgeOfStability,
            LossScaleDeath.Config lossScaleDeath,
            PrecisionLoss.Config precisionLoss,
            Overfit.Config overfit,
            StabilityGap.Config stabilityGap,
            ThroughputDecay.Config throughputDecay,
            Straggler.Config straggler,
            Hang.Config hang,
            Drift.Config drift) {
        public static Config defaults() {
            return new Config(
                    NonFinite.Config.defaults(),
                    LossSpike.Config.defaults(),
                    GradientSpike.Config.defaults(),
                    Divergence.Config.defaults(),
                    Stuck.Config.defaults(),
                    Plateau.Config.defaults(),
                    LogitGrowth.Config.defaults(),
                    OutputLogitDrift.Config.defaults(),
                    EntropyCollapse.Config.defaults(),
                    DeadUnits.Config.defaults(),
                    RankCollapse.Config.defaults(),
                    UpdateRatio.Config.defaults(),
                    EdgeOfStability.Config.defaults(),
                    LossScaleDeath.Config.defaults(),
                    PrecisionLoss.Config.defaults(),
                    Overfit.Config.defaults(),
                    StabilityGap.Config.defaults(),
                    ThroughputDecay.Config.defaults(),
                    Straggler.Config.defaults(),
                    Hang.Config.defaults(),
                    Drift.Config.defaults());
        }
    }

    public Detectors(Config config) {
        lossSpike = new LossSpike(config.lossSpike());
        gradientSpike = new GradientSpike(config.gradientSpike());
        divergence = new Divergence(config.divergence());
        add(EventKind.NON_FINITE, new NonFinite(config.nonFinite()));
        add(EventKind.LOSS_SPIKE, lossSpike);
        add(EventKind.GRADIENT_SPIKE, gradientSpike);
        add(EventKind.DIVERGENCE, divergence);
        add(EventKind.STUCK, new Stuck(config.stuck()));
        add(EventKind.PLATEAU, new Plateau(config.plateau()));
        add(EventKind.LOGIT_GROWTH, new LogitGrowth(config.logitGrowth()));
        add(EventKind.OUTPUT_LOGIT_DRIFT, new OutputLogitDrift(config.outputLogitDrift()));
        add(EventKind.ENTROPY_COLLAPSE, new EntropyCollapse(config.entropyCollapse()));
        add(EventKind.DEAD_UNITS, new DeadUnits(config.deadUnits()));
        add(EventKind.RANK_COLLAPSE, new RankCollapse(config.rankCollapse()));
        add(EventKind.UPDATE_RATIO, new UpdateRatio(config.updateRatio()));
        add(EventKind.EDGE_OF_STABILITY, new EdgeOfStability(config.edgeOfStability()));
        add(EventKind.LOSS_SCALE_DEATH, new LossScaleDeath(config.lossScaleDeath()));
        add(EventKind.PRECISION_LOSS, new PrecisionLoss(config.precisionLoss()));
        add(EventKind.OVERFIT, new Overfit(config.overfit()));
        add(EventKind.STABILITY_GAP, new StabilityGap(config.stabilityGap()));
        add(EventKind.THROUGHPUT_DECAY, new ThroughputDecay(config.throughputDecay()));
        add(EventKind.STRAGGLER, new Straggler(config.straggler()));
        add(EventKind.HANG, new Hang(config.hang()));
        add(EventKind.DRIFT, new Drift(config.drift()));
    }

    private void add(EventKind kind, Detector detector) {
        detectors.put(kind.label(), detector);
    }

    /// Every detector as it comes.
    public static Detectors defaults() {
        return new Detectors(Config.defaults());
    }

    @Override
    public List<Event> observe(Readings readings) {
        var events = new ArrayList<Event>(0);
        for (var detector : detectors.values()) {
            events.addAll(detector.observe(readings));
        }
        return events;
    }

    /// The events of points in a row, as [#observe] gives them one after the other; the detectors, which do not
    /// know of each other, work side by side.
    public List<List<Event>> observeAll(List<Readings> points) {
        var byDetector = new ArrayList<>(detectors.values())
                .parallelStream().map(detector -> observeAll(detector, points)).toList();
        var events = new ArrayList<>(Collections.nCopies(points.size(), List.<Event>of()));
        for (var ofDetector : byDetector) {
            ofDetector.forEach((point, told) -> {
                var all = new ArrayList<>(events.get(point));
                all.addAll(told);
                events.set(point, all);
            });
        }
        return events;
    }

    /// What one detector tells, by point; most points tell nothing.
    private static Map<Integer, List<Event>> observeAll(Detector detector, List<Readings> points) {
        var told = new LinkedHashMap<Integer, List<Event>>(0);
        for (var i = 0; i < points.size(); i++) {
            var events = detector.observe(points.get(i));
            if (!events.isEmpty()) {
                told.put(i, events);
            }
        }
        return told;
    }

    /// Spikes and divergences that were told at an earlier step and still go on at this one: what a guard that
    /// drops steps must know, and a reader of a log need not be told again.
    ///
    /// @param step the last one observed
    public List<Event> ongoing(long step) {
        return Stream.of(lossSpike.ongoing(step), gradientSpike.ongoing(step), divergence.ongoing(step))
                .flatMap(Optional::stream)
                .toList();
    }

    Progress progress() {
        return divergence.followed();
    }

    /// The recent level of [SeriesNames#GRAD_NORM] without spikes; NaN before its first value.
    ///
    /// @throws IllegalArgumentException for another series
    public double typical(String series) {
        if (!series.equals(SeriesNames.GRAD_NORM)) {
            throw new IllegalArgumentException("series must be " + SeriesNames.GRAD_NORM + " but was " + series);
        }
        return gradientSpike.typical();
    }

    @Override
    public JsonNode state() {
        var state = JsonMapper.shared().createObjectNode();
        detectors.forEach((name, detector) -> state.set(name, detector.state()));
        return state;
    }

    @Override
    public void restore(JsonNode state) {
        detectors.forEach((name, detector) -> {
            var saved = state.get(name);
            if (saved == null) {
                throw new IllegalArgumentException("state of detectors must have " + name + " but it was missing");
            }
            detector.restore(saved);
        });
    }
}
