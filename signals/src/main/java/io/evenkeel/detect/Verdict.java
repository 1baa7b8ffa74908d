package io.evenkeel.detect;

/// What has become of a run, named as in output.
public enum Verdict {
    /// Nothing speaks against it.
    HEALTHY("healthy"),
    /// Something may become damage.
    WATCH("watch"),
    /// It was damaged or in danger, and has come back.
    RECOVERED("recovered"),
    /// It has lost ground that it has not won back.
    DAMAGED("damaged"),
    /// It has lost most of what it had learnt.
    DIVERGED("diverged"),
    /// It does not learn any more: no finite loss, no step taken, or never left its start.
    DEAD("dead"),
    /// Too few points to tell.
    UNKNOWN("unknown");

    private final String label;

    Verdict(String label) {
        this.label = label;
    }

    /// The name in output, such as `healthy`.
    public String label() {
        return label;
    }

    /// Whether the run has failed.
    public boolean isBad() {
        return this == DIVERGED || this == DEAD;
    }
}
