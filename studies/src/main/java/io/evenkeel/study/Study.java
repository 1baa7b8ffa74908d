package io.evenkeel.study;

import java.util.List;

/// The experiment on one paper: what is trained, what is measured, what is claimed, and when the paper counts as
/// reproduced. A study says nothing about its outcome; that is computed from its trials.
///
/// @param <C> configuration of a trial: a record that [io.evenkeel.config.ConfigWriter] can write, and all that the
///            trial depends on
public interface Study<C extends Record> {
    /// The paper's number in the catalogue, such as `P34`.
    String id();

    /// Counts up when the code of the study gives other measurements for the same configuration: stored trials of
    /// another version are not used.
    int version();

    /// What the paper proposes and how it is tried here.
    Description description();

    /// The grid: every arm, setting and seed. A trial with the configuration of another one is run once.
    List<Trial<C>> trials(Scale scale);

    /// Runs one trial, with one thread, from its configuration alone: the same configuration gives the same bits. A
    /// run that diverges is a measurement like others and must not throw.
    Measurements run(C config, Workshop workshop);

    /// The claims, judged by what was measured. Trials may be missing (another scale, a run cut short); a claim that
    /// lacks its trials has an estimate of [Estimate#NONE].
    List<Claim> claims(Results results);

    /// When the paper counts as reproduced, by the claims.
    Verdict.Rule rule();

    /// Figures and tables of the study's page.
    List<Exhibit> exhibits(Results results);
}
