package io.evenkeel.detect;

/// The kinds of [Event], named as in `--json` output and reports.
public enum EventKind {
    NON_FINITE("NonFinite"),
    LOSS_SPIKE("LossSpike"),
    GRADIENT_SPIKE("GradientSpike"),
    DIVERGENCE("Divergence"),
    PLATEAU("Plateau"),
    STUCK("Stuck"),
    LOGIT_GROWTH("LogitGrowth"),
    OUTPUT_LOGIT_DRIFT("OutputLogitDrift"),
    ENTROPY_COLLAPSE("EntropyCollapse"),
    DEAD_UNITS("DeadUnits"),
    RANK_COLLAPSE("RankCollapse"),
    UPDATE_RATIO("UpdateRatio"),
    EDGE_OF_STABILITY("EdgeOfStability"),
    LOSS_SCALE_DEATH("LossScaleDeath"),
    PRECISION_LOSS("PrecisionLoss"),
    OVERFIT("Overfit"),
    STABILITY_GAP("StabilityGap"),
    THROUGHPUT_DECAY("ThroughputDecay"),
    STRAGGLER("Straggler"),
    HANG("Hang"),
    DRIFT("Drift");

    private final String label;

    EventKind(String label) {
        this.label = label;
    }

    /// The name in output, such as `LossSpike`.
    public String label() {
        return label;
    }
}
