package io.evenkeel.study;

import io.evenkeel.plot.Axis;
import io.evenkeel.plot.Chart;
import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;

/// A study of nothing much: is a biased coin biased?
final class Coins implements Study<Coins.Config> {
    /// @param bias  chance of heads
    /// @param flips number of flips
    /// @param seed  of the flips
    record Config(double bias, int flips, long seed) {}

    private final int version;

    Coins(int version) {
        this.version = version;
    }

    @Override
    public String id() {
        return "P01";
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public Description description() {
        return new Description(List.of("A coin is flipped."), "Coins.", List.of("No paper."), "train: {steps: 1}", "bias");
    }

    @Override
    public List<Trial<Config>> trials(Scale scale) {
        var trials = new ArrayList<Trial<Config>>();
        for (var seed = 1L; seed <= (scale == Scale.SMOKE ? 1 : 4); seed++) {
            trials.add(Trial.of("fair", seed, new Config(0.5, 1000, seed), "flips", 1000.0));
            trials.add(Trial.of("biased", seed, new Config(0.6, 1000, seed), "flips", 1000.0));
            trials.add(Trial.of("also fair", seed, new Config(0.5, 1000, seed)));
        }
        return trials;
    }

    @Override
    public Measurements run(Config config, Workshop workshop) {
        if (config.bias() < 0) {
            throw new IllegalStateException("no such coin");
        }
        var random = RandomStream.of(config.seed(), "flips");
        var heads = 0;
        for (var i = 0; i < config.flips(); i++) {
            heads += random.nextDouble() < config.bias() ? 1 : 0;
        }
        return new Measurements().put("heads", heads / (double) config.flips()).put("row", 1, Double.NaN, heads);
    }

    @Override
    public List<Claim> claims(Results results) {
        return List.of(
                Claim.above(
                        "bias",
                        "the biased coin falls on heads more often",
                        Pairs.difference(results, "biased", "fair", run -> run.number("heads")),
                        0),
                Claim.within("fair", "the fair coin is fair", Estimate.mean(results.arm("fair").numbers("heads")), 0.1));
    }

    @Override
    public Verdict.Rule rule() {
        return new Verdict.Rule(Verdict.Condition.all("bias", "fair"), Verdict.Condition.all("bias"));
    }

    @Override
    public List<Exhibit> exhibits(Results results) {
        return List.of(
                new Exhibit.Figure(
                        "heads",
                        "Heads.",
                        Chart.titled("Heads")
                                .x(Axis.linear("seed"))
                                .y(Axis.linear("share"))
                                .line("fair", new double[] {1}, new double[] {0.5})),
                new Exhibit.Table("All | coins.", List.of("arm"), List.of(List.of("a|b"))));
    }
}
