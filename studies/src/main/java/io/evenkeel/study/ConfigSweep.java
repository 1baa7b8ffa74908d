package io.evenkeel.study;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.train.RunConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/// Somebody's own configurations over learning rates and seeds: a study that claims nothing.
///
/// @param configs by the name of their arm
/// @param rates   peak learning rates, as they are written
/// @param seeds   1 and up
public record ConfigSweep(SequencedMap<String, RunConfig> configs, List<Double> rates, int seeds)
        implements Study<RunConfig> {
    public ConfigSweep {
        rates = List.copyOf(rates);
        if (rates.isEmpty() || rates.stream().anyMatch(rate -> !(rate > 0 && Double.isFinite(rate)))) {
            throw new IllegalArgumentException("rates must be > 0, at least one, but were " + rates);
        }
        if (seeds < 1) {
            throw new IllegalArgumentException("seeds must be >= 1 but was " + seeds);
        }
    }

    @Override
    public String id() {
        return "sweep";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public Description description() {
        return new Description(List.of(), "", List.of(), "", "");
    }

    /// Seeds count up from that of the configuration.
    @Override
    public List<Trial<RunConfig>> trials(Scale scale) {
        var trials = new ArrayList<Trial<RunConfig>>();
        configs.forEach((arm, config) -> {
            for (var rate : rates) {
                for (var i = 0; i < seeds; i++) {
                    var seed = config.train().seed() + i;
                    var own = List.of("optimizer.lr=" + rate, "train.seed=" + seed, "train.threads=1");
                    trials.add(Trial.of(arm, seed, ConfigReader.read(own, config), LrSweep.LR, rate.toString()));
                }
            }
        });
        return trials;
    }

    @Override
    public Measurements run(RunConfig config, Workshop workshop) {
        return Training.of(config, workshop);
    }

    @Override
    public List<Claim> claims(Results results) {
        return List.of();
    }

    @Override
    public Verdict.Rule rule() {
        return new Verdict.Rule(Verdict.Condition.all(), Verdict.Condition.all());
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        return List.of();
    }
}
