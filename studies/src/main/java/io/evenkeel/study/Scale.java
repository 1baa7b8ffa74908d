package io.evenkeel.study;

import java.util.Locale;

/// How much of a study is run.
public enum Scale {
    /// Whether everything works: at most 20 seconds, no verdict worth the name.
    SMOKE,
    /// What verdicts are computed from: about 15 minutes on two processors.
    FULL,
    /// The published grid as far as it fits a computer: hours.
    EXTENDED;

    /// As options and files name it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
