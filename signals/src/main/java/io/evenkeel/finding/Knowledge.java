package io.evenkeel.finding;

import io.evenkeel.detect.EventKind;
import io.evenkeel.finding.Finding.Cause;
import io.evenkeel.finding.Finding.Remedy;
import io.evenkeel.metric.SeriesNames;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What each kind of finding means, what may be behind it, what to try, and what one would want to see to be sure: the
/// one place for it. `docs/reference/findings.md` is generated from here.
///
/// Causes are ordered by a prior and by what the run's recent past says for and against them ([Clue]); they are never
/// read off messages in a log.
public final class Knowledge {
    private static final Remedy LOWER_RATE = new Remedy(
            "lower the peak learning rate by two to three times, or warm up longer",
            "P40 small-scale proxies",
            "schedule.warmupSteps: 1000");
    private static final Remedy QK_NORM = new Remedy(
            "normalise queries and keys (QK-norm)",
            "P40 small-scale proxies",
            "model.attention: {score: {type: qk-norm}}");
    private static final Remedy Z_LOSS = new Remedy(
            "add a z-loss of 1e-4 on the output logits",
            "P40 small-scale proxies",
            "model.zLoss: {type: log-z-squared, coefficient: 1e-4}");
    private static final Remedy GO_BACK = new Remedy(
            "go back to the last healthy checkpoint and leave out the data of the steps before",
            "P25 GLM-130B and PaLM",
            "guard.ladder as it comes");
    private static final Remedy CLIP = new Remedy(
            "clip the gradient by its norm (1.0), or per tensor",
            "P81 Stable-SPAM",
            "optimizer.clip: {type: global-norm, max: 1.0}");

    private static final Map<EventKind, Entry> ENTRIES = entries();

    private Knowledge() {}

    /// A series that would make a finding surer.
    record Wanted(String series, String words) {}

    /// A possible cause.
    ///
    /// @param prior         its weight without any clue
    /// @param speaksFor     what adds to it
    /// @param speaksAgainst what takes from it
    record CauseRule(String text, double prior, List<Clue> speaksFor, List<Clue> speaksAgainst) {
        double weight(Facts facts) {
            return prior
                    + 0.5 * found(speaksFor, facts).size()
                    - 0.5 * found(speaksAgainst, facts).size();
        }

        Cause in(Facts facts) {
            return new Cause(text, found(speaksFor, facts), found(speaksAgainst, facts));
        }

        private static List<String> found(List<Clue> clues, Facts facts) {
            return clues.stream()
                    .map(clue -> clue.in(facts))
                    .flatMap(Optional::stream)
                    .toList();
        }
    }

    /// All about a kind.
    ///
    /// @param meaning  in one sentence
    /// @param rule     when it is told, with the default thresholds
    /// @param source   where these come from
    /// @param wanted   series that would make it surer
    /// @param causes   possible causes
    /// @param remedies what to try, in order
    record Entry(
            String meaning,
            String rule,
            String source,
            List<Wanted> wanted,
            List<CauseRule> causes,
            List<Remedy> remedies) {
        List<Cause> causes(Facts facts) {
            return causes.stream()
                    .sorted(Comparator.comparingDouble((CauseRule rule) -> -rule.weight(facts)))
                    .map(rule -> rule.in(facts))
                    .toList();
        }

        List<String> missing(Facts facts) {
            return wanted.stream()
                    .filter(series -> !facts.has(series.series()))
                    .map(Wanted::words)
                    .toList();
        }
    }

    static Entry of(EventKind kind) {
        return Objects.requireNonNull(ENTRIES.get(kind), kind.label());
    }

    private static Map.Entry<EventKind, Entry> entry(
            EventKind kind,
            String meaning,
            String rule,
            String source,
            List<Wanted> wanted,
            List<CauseRule> causes,
            List<Remedy> remedies) {
        return Map.entry(kind, new Entry(meaning, rule, source, wanted, causes, remedies));
    }

    private static Map<EventKind, Entry> entries() {
        var entries = new EnumMap<EventKind, Entry>(EventKind.class);
        all().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        return entries;
    }

    private static List<Map.Entry<EventKind, Entry>> all() {
        return List.of(
                entry(
                        EventKind.NON_FINITE,
                        "A loss, gradient or weight is NaN or infinite.",
                        "every value that is not finite counts; three points in a row are fatal",
                        "three in a row: unverified",
                        List.of(
                                new Wanted(SeriesNames.GRAD_NORM, "the gradient norm"),
                                new Wanted(SeriesNames.LOSS_SCALE, "the loss scale")),
                        List.of(
                                new CauseRule(
                                        "a batch with bad values, or a loss that is not defined for it",
                                        1.0,
                                        List.of(Clue.GRADIENT_STEADY, Clue.LR_STEADY),
                                        List.of(Clue.GRADIENT_ROSE)),
                                new CauseRule(
                                        "training was diverging and overflowed",
                                        0.8,
                                        List.of(Clue.GRADIENT_ROSE, Clue.LR_ROSE, Clue.LR_AT_PEAK),
                                        List.of(Clue.GRADIENT_STEADY)),
                                new CauseRule(
                                        "half precision overflowed",
                                        0.7,
                                        List.of(Clue.SCALE_FELL),
                                        List.of(Clue.SCALE_STEADY)),
                                new CauseRule(
                                        "memory or a processor made a mistake",
                                        0.3,
                                        List.of(Clue.GRADIENT_STEADY, Clue.LATE),
                                        List.of())),
                        List.of(
                                new Remedy(
                                        "drop the step and go on: nothing of it may reach the weights or the moments",
                                        null,
                                        "guard.enabled: true"),
                                new Remedy(
                                        "find the first tensor that is not finite by doing the step again with hooks",
                                        null,
                                        "the event names it in runs of Evenkeel"),
                                new Remedy(
                                        "compute the module it starts in with full precision",
                                        "P08 To FP8 and back",
                                        "raise-precision in guard.ladder"))),
                entry(
                        EventKind.LOSS_SPIKE,
                        "The loss jumped far above what its recent past leads to expect.",
                        "a loss above the level of the 64 points before by 8 robust sigma, twice the largest residual and 2 %; damaged from a quarter of the progress on, or when it is not back after 32 points",
                        "32 points: BLOOM-176B came back in that time at step 31,214; the rest unverified",
                        List.of(
                                new Wanted(SeriesNames.GRAD_NORM, "the gradient norm"),
                                new Wanted(SeriesNames.LR, "the learning rate"),
                                new Wanted(SeriesNames.MAX_ATTENTION_LOGIT, "the largest attention logit")),
                        List.of(
                                new CauseRule(
                                        "bad data: documents unlike the others, broken or repeated",
                                        1.0,
                                        List.of(Clue.GRADIENT_STEADY, Clue.LR_STEADY),
                                        List.of(Clue.LR_ROSE)),
                                new CauseRule(
                                        "the learning rate is too high for where the run is",
                                        0.9,
                                        List.of(Clue.LR_ROSE, Clue.LR_AT_PEAK, Clue.GRADIENT_ROSE),
                                        List.of(Clue.LR_LOW)),
                                new CauseRule(
                                        "second moments of the optimizer lag behind gradients that grow",
                                        0.7,
                                        List.of(Clue.GRADIENT_ROSE),
                                        List.of(Clue.GRADIENT_STEADY)),
                                new CauseRule(
                                        "the state was not restored whole: moments, schedule or data order",
                                        0.6,
                                        List.of(Clue.RESTARTED),
                                        List.of())),
                        List.of(
                                GO_BACK,
                                CLIP,
                                new Remedy("shrink the gradient of the embedding (0.1 of it)", "P25 GLM-130B", null),
                                new Remedy(
                                        "reset the moments that a spike has spoilt",
                                        "P81 Stable-SPAM",
                                        "reset-moments in guard.ladder"),
                                LOWER_RATE)),
                entry(
                        EventKind.GRADIENT_SPIKE,
                        "The gradient norm jumped; the loss may follow.",
                        "a norm above its recent past by 8 robust sigma of its logarithm and 5 times; damaged from 50 times on",
                        "5 times: spikes as Stable-SPAM counts them; 50 times unverified",
                        List.of(
                                new Wanted(SeriesNames.LR, "the learning rate"),
                                new Wanted(SeriesNames.MAX_ATTENTION_LOGIT, "the largest attention logit")),
                        List.of(
                                new CauseRule(
                                        "a batch of rare or broken data", 1.0, List.of(Clue.LR_STEADY), List.of()),
                                new CauseRule(
                                        "an attention layer or the embedding is about to become unstable",
                                        0.7,
                                        List.of(Clue.GRADIENT_ROSE, Clue.LR_AT_PEAK),
                                        List.of(Clue.LR_LOW)),
                                new CauseRule(
                                        "the state was not restored whole", 0.5, List.of(Clue.RESTARTED), List.of())),
                        List.of(
                                CLIP,
                                new Remedy(
                                        "clip what is far beyond the recent norm only, and reset spoilt moments",
                                        "P81 Stable-SPAM",
                                        "clip-update in guard.ladder"),
                                QK_NORM)),
                entry(
                        EventKind.DIVERGENCE,
                        "The loss has lost much of what it had won and does not return.",
                        "the share of the progress that is lost over 1 to 512 points: half over 8, a quarter over 32, an eighth over 128",
                        "read off the labelled logs of AlgoPerf, see `evenkeel bench detectors`",
                        List.of(
                                new Wanted(SeriesNames.GRAD_NORM, "the gradient norm"),
                                new Wanted(SeriesNames.LR, "the learning rate"),
                                new Wanted(SeriesNames.MAX_ATTENTION_LOGIT, "the largest attention logit"),
                                new Wanted(SeriesNames.LOG_Z, "log Z of the output logits")),
                        List.of(
                                new CauseRule(
                                        "the learning rate is too high",
                                        1.0,
                                        List.of(Clue.LR_ROSE, Clue.LR_AT_PEAK, Clue.EARLY, Clue.GRADIENT_ROSE),
                                        List.of(Clue.LR_LOW)),
                                new CauseRule(
                                        "attention or output logits have grown without bound",
                                        0.8,
                                        List.of(Clue.GRADIENT_ROSE, Clue.LATE),
                                        List.of()),
                                new CauseRule(
                                        "a spike left damage in weights or moments",
                                        0.7,
                                        List.of(Clue.GRADIENT_ROSE),
                                        List.of()),
                                new CauseRule(
                                        "the state was not restored whole, or the machine or its number of workers changed",
                                        0.6,
                                        List.of(Clue.RESTARTED),
                                        List.of())),
                        List.of(
                                GO_BACK,
                                LOWER_RATE,
                                QK_NORM,
                                Z_LOSS,
                                new Remedy(
                                        "normalise also the output of each block (peri-LN)",
                                        "P34 Peri-LN",
                                        "model.normPlacement: peri"))),
                entry(
                        EventKind.PLATEAU,
                        "The loss has stopped falling where it used to.",
                        "the slope over the last quarter of the run would not bring half a per cent of the progress",
                        "unverified",
                        List.of(
                                new Wanted(SeriesNames.LR, "the learning rate"),
                                new Wanted(SeriesNames.VAL_LOSS, "a held-out loss")),
                        List.of(
                                new CauseRule(
                                        "the learning rate is too low by now, or the schedule has ended",
                                        1.0,
                                        List.of(Clue.LR_LOW),
                                        List.of(Clue.LR_AT_PEAK)),
                                new CauseRule(
                                        "the learning rate is too high to settle",
                                        0.8,
                                        List.of(Clue.LR_AT_PEAK),
                                        List.of(Clue.LR_LOW)),
                                new CauseRule(
                                        "what the model and the data have to give is used up",
                                        0.6,
                                        List.of(Clue.LATE),
                                        List.of(Clue.EARLY))),
                        List.of(
                                new Remedy(
                                        "decay the learning rate: the loss falls most there",
                                        "P61 WSD-S",
                                        "schedule: {type: wsd}"),
                                new Remedy(
                                        "sweep the learning rate on a small model first",
                                        "P40 small-scale proxies",
                                        null))),
                entry(
                        EventKind.STUCK,
                        "The loss has not left where it started.",
                        "the loss has not fallen by 5 % after 60 points (watch), 200 points (damaged)",
                        "read off the labelled logs of AlgoPerf",
                        List.of(
                                new Wanted(SeriesNames.GRAD_NORM, "the gradient norm"),
                                new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(
                                new CauseRule(
                                        "the learning rate is far too high or far too low",
                                        1.0,
                                        List.of(Clue.EARLY),
                                        List.of()),
                                new CauseRule(
                                        "gradients do not reach the weights: frozen, masked, zero",
                                        0.8,
                                        List.of(),
                                        List.of(Clue.GRADIENT_ROSE)),
                                new CauseRule("labels do not belong to inputs", 0.6, List.of(), List.of())),
                        List.of(
                                new Remedy("overfit one batch first: it must go to zero", null, null),
                                LOWER_RATE,
                                new Remedy(
                                        "look at the gradient norm of each tensor for zeros",
                                        null,
                                        "probes.everySteps: {gradient-norms: 10}"))),
                entry(
                        EventKind.LOGIT_GROWTH,
                        "Attention logits grow toward where softmax saturates.",
                        "largest attention logit above 1e3, or on its way to 1e4; damaged above 1e4",
                        "small-scale proxies: runs beyond 1e4 diverged, the loss suffers from 1e3 on",
                        List.of(
                                new Wanted(SeriesNames.ATTENTION_ENTROPY_MIN, "the attention entropy"),
                                new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(new CauseRule(
                                "queries and keys are not normalised and the learning rate is high",
                                1.0,
                                List.of(Clue.LR_AT_PEAK, Clue.LR_ROSE),
                                List.of(Clue.LR_LOW))),
                        List.of(
                                QK_NORM,
                                new Remedy(
                                        "re-parametrise weights by their spectral norm (sigmaReparam)",
                                        "P49 sigmaReparam",
                                        null),
                                LOWER_RATE)),
                entry(
                        EventKind.OUTPUT_LOGIT_DRIFT,
                        "log Z of the output drifts away from zero.",
                        "|log Z| above 32, or on its way to 128; damaged above 128",
                        "128: bfloat16 cannot tell logits less than 1 apart; 32 unverified",
                        List.of(new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(
                                new CauseRule(
                                        "nothing holds the scale of the logits late in training",
                                        1.0,
                                        List.of(Clue.LATE),
                                        List.of(Clue.EARLY)),
                                new CauseRule(
                                        "the learning rate is high",
                                        0.6,
                                        List.of(Clue.LR_AT_PEAK),
                                        List.of(Clue.LR_LOW))),
                        List.of(
                                Z_LOSS,
                                new Remedy(
                                        "use weight decay that does not shrink with the learning rate",
                                        "P40 small-scale proxies",
                                        "optimizer: {independentDecay: true, weightDecay: 1e-4}"))),
                entry(
                        EventKind.ENTROPY_COLLAPSE,
                        "Attention of some heads has collapsed onto single positions.",
                        "attention entropy of a layer halves within 32 points (watch) or falls below a tenth of uniform (damaged)",
                        "a tenth and a half: sigmaReparam",
                        List.of(
                                new Wanted(SeriesNames.MAX_ATTENTION_LOGIT, "the largest attention logit"),
                                new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(new CauseRule(
                                "attention logits have grown: the spectral norm of queries and keys is too large",
                                1.0,
                                List.of(Clue.LR_AT_PEAK, Clue.GRADIENT_ROSE),
                                List.of())),
                        List.of(
                                new Remedy(
                                        "re-parametrise weights by their spectral norm (sigmaReparam)",
                                        "P49 sigmaReparam",
                                        null),
                                QK_NORM,
                                LOWER_RATE)),
                entry(
                        EventKind.DEAD_UNITS,
                        "Units that give zero for every input.",
                        "share of dead units of a layer above one half (watch), nine tenths (damaged)",
                        "unverified",
                        List.of(new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(new CauseRule(
                                "an update too large pushed them out of reach",
                                1.0,
                                List.of(Clue.LR_ROSE, Clue.GRADIENT_ROSE),
                                List.of())),
                        List.of(
                                LOWER_RATE,
                                new Remedy(
                                        "use an activation that has a gradient everywhere",
                                        null,
                                        "model.mlp: {type: gelu}"))),
                entry(
                        EventKind.RANK_COLLAPSE,
                        "Representations have lost most of their dimensions.",
                        "effective rank has lost three quarters of its recent best (watch), or is below 1.5 (damaged)",
                        "unverified",
                        List.of(new Wanted(SeriesNames.ATTENTION_ENTROPY_MIN, "the attention entropy")),
                        List.of(new CauseRule(
                                "attention mixes all positions into one, or norms let one direction grow",
                                1.0,
                                List.of(Clue.LATE),
                                List.of())),
                        List.of(new Remedy(
                                "normalise also the output of each block (peri-LN)",
                                "P34 Peri-LN",
                                "model.normPlacement: peri"))),
                entry(
                        EventKind.UPDATE_RATIO,
                        "Updates are far from a thousandth of the weights.",
                        "update over parameter norm outside 1e-5 to 0.1",
                        "around the rule of thumb of 1e-3; unverified",
                        List.of(new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(
                                new CauseRule(
                                        "the learning rate does not suit the size of the weights",
                                        1.0,
                                        List.of(Clue.LR_ROSE, Clue.LR_AT_PEAK),
                                        List.of()),
                                new CauseRule(
                                        "epsilon of the optimizer is larger than the gradients",
                                        0.6,
                                        List.of(Clue.LATE),
                                        List.of(Clue.EARLY))),
                        List.of(
                                LOWER_RATE,
                                new Remedy(
                                        "lower epsilon: late gradients are small",
                                        "P40 small-scale proxies",
                                        "optimizer.eps: 1e-15"))),
                entry(
                        EventKind.EDGE_OF_STABILITY,
                        "The sharpness is at or beyond 2 over the learning rate.",
                        "sharpness over its edge: 2 / lr, or 38 / lr for Adam at 0.9",
                        "Cohen et al. 2022; dynamical stability of SGD",
                        List.of(new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(new CauseRule(
                                "usual for full-batch descent; with spikes a sign of a rate too high",
                                1.0,
                                List.of(Clue.LR_AT_PEAK),
                                List.of(Clue.LR_LOW))),
                        List.of(
                                LOWER_RATE,
                                new Remedy(
                                        "look at the trace of the Hessian against 2 over the rate",
                                        "P60 dynamical stability",
                                        null))),
                entry(
                        EventKind.LOSS_SCALE_DEATH,
                        "The loss scale has been halved again and again: every step overflows.",
                        "seven halvings within 64 points (watch); a scale of 1 or less (fatal)",
                        "seven: one more than the 13B run of BigScience showed around its spike",
                        List.of(new Wanted(SeriesNames.GRAD_NORM, "the gradient norm")),
                        List.of(new CauseRule(
                                "gradients overflow in half precision at any scale: something is not finite",
                                1.0,
                                List.of(Clue.SCALE_FELL, Clue.GRADIENT_ROSE),
                                List.of())),
                        List.of(
                                new Remedy("use bfloat16, which needs no loss scale", null, "train.precision: bf16"),
                                new Remedy("keep softmax and norms in full precision", "P25 GLM-130B", null))),
                entry(
                        EventKind.PRECISION_LOSS,
                        "A large share of values is beyond what the number format holds.",
                        "share of values too large above one in a million (damaged), too small above a quarter (watch), three quarters (damaged)",
                        "unverified",
                        List.of(new Wanted(SeriesNames.LOSS_SCALE, "the loss scale")),
                        List.of(new CauseRule(
                                "activations or gradients have outgrown the format",
                                1.0,
                                List.of(Clue.GRADIENT_ROSE, Clue.SCALE_FELL),
                                List.of())),
                        List.of(new Remedy(
                                "compute the modules named with more precision",
                                "P08 To FP8 and back",
                                "raise-precision in guard.ladder"))),
                entry(
                        EventKind.OVERFIT,
                        "The held-out loss rises while the training loss falls.",
                        "held-out loss 1 % above its best with a rising slope over 5 evaluations, training loss below what it was",
                        "unverified",
                        List.of(new Wanted(SeriesNames.LR, "the learning rate")),
                        List.of(new CauseRule(
                                "the data is seen too often for the size of the model",
                                1.0,
                                List.of(Clue.LATE),
                                List.of(Clue.EARLY))),
                        List.of(
                                new Remedy(
                                        "stop at the best held-out loss: the checkpoint is kept",
                                        null,
                                        "checkpoint.keepBest: true"),
                                new Remedy("more data, dropout or weight decay", null, "model.dropout: 0.1"))),
                entry(
                        EventKind.STABILITY_GAP,
                        "The loss dropped behind after the data changed, and came back.",
                        "held-out loss 5 % worse than the median before a change of the data; how long until it is back, up to 20 evaluations",
                        "stability gap; unverified at these figures",
                        List.of(new Wanted(SeriesNames.DATA_PHASE, "where the data changes")),
                        List.of(new CauseRule(
                                "weights move first and recover later when the task changes",
                                1.0,
                                List.of(Clue.LR_AT_PEAK, Clue.LR_ROSE),
                                List.of())),
                        List.of(
                                new Remedy("mix in data of before", "P50 stability gap", null),
                                new Remedy(
                                        "warm the learning rate up again at the change",
                                        "P21 stability gap in continual pre-training",
                                        "schedule"))),
                entry(
                        EventKind.THROUGHPUT_DECAY,
                        "Steps take longer than they did.",
                        "three quarters of 32 points slower than the best 32 by 5 %",
                        "5 %: the drop that was found on BLOOM-176B",
                        List.of(),
                        List.of(new CauseRule(
                                "input, a slow worker, fragmentation of memory or collection of garbage",
                                1.0,
                                List.of(),
                                List.of(Clue.RESTARTED))),
                        List.of(new Remedy(
                                "split the time of a step into its parts",
                                "P02 MegaScale",
                                "probes.everySteps: {time-split: 10}"))),
                entry(
                        EventKind.STRAGGLER,
                        "One worker is slower than the others, who wait for it.",
                        "median of up to 32 ratios of a worker to the median of the workers above 1.05 and six robust sigma",
                        "MegaScale: stragglers are about a tenth slower",
                        List.of(),
                        List.of(new CauseRule(
                                "its machine: clock, temperature, a neighbour", 1.0, List.of(), List.of())),
                        List.of(new Remedy("take the machine out and go on", "P02 MegaScale", null))),
                entry(
                        EventKind.HANG,
                        "A worker has stopped; the others wait for it.",
                        "no heartbeat for 1.6 heartbeats, or no step for 20 typical ones while others go on; in dumps, a rank that others wait for",
                        "MegaScale; named within two heartbeats",
                        List.of(),
                        List.of(
                                new CauseRule(
                                        "it waits outside of communication: input, a lock, a crash that was caught",
                                        1.0,
                                        List.of(),
                                        List.of()),
                                new CauseRule("its device or network does not answer", 0.8, List.of(), List.of())),
                        List.of(new Remedy(
                                "end and restart it; check the machine before it takes part again",
                                "P02 MegaScale",
                                "train --restarts N; train.workers evicts it"))),
                entry(
                        EventKind.DRIFT,
                        "A quantity that leads trouble has left the range it was in; the loss has not moved yet.",
                        "median of 8 points twice that of the 64 before, by 4 robust sigma",
                        "unverified",
                        List.of(
                                new Wanted(SeriesNames.MAX_ATTENTION_LOGIT, "the largest attention logit"),
                                new Wanted(SeriesNames.LOG_Z, "log Z of the output logits"),
                                new Wanted(SeriesNames.UPDATE_RATIO, "the ratio of update to parameter")),
                        List.of(
                                new CauseRule(
                                        "instability is building up",
                                        1.0,
                                        List.of(Clue.LR_AT_PEAK, Clue.GRADIENT_ROSE),
                                        List.of(Clue.LR_LOW)),
                                new CauseRule(
                                        "a new phase of training: warm-up, other data",
                                        0.6,
                                        List.of(Clue.LR_ROSE, Clue.EARLY, Clue.RESTARTED),
                                        List.of())),
                        List.of(
                                new Remedy(
                                        "keep a checkpoint from before, and watch attention logits and log Z",
                                        "P40 small-scale proxies",
                                        "probes: {set: all}"),
                                LOWER_RATE)));
    }
}
