package io.evenkeel.study;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The trials that were run, and parts of them by arm and factor.
public record Results(List<Result> all) {
    public Results {
        all = List.copyOf(all);
    }

    /// Those of an arm.
    public Results arm(String arm) {
        return where(result -> result.arm().equals(arm));
    }

    /// Those with a value of a factor; numbers as in [Trial#of].
    public Results with(String factor, Object value) {
        var text = Factor.text(value);
        return where(result -> text.equals(result.factors().get(factor)));
    }

    /// Those of a seed.
    public Results seed(long seed) {
        return where(result -> result.seed() == seed);
    }

    public Results where(Predicate<Result> condition) {
        return new Results(all.stream().filter(condition).toList());
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /// The arms, in order of appearance.
    public List<String> arms() {
        return all.stream().map(Result::arm).distinct().toList();
    }

    /// The seeds, ascending.
    public List<Long> seeds() {
        return all.stream().map(Result::seed).distinct().sorted().toList();
    }

    /// The values of a factor, numbers ascending, else in order of appearance.
    public List<String> levels(String factor) {
        var levels = all.stream()
                .flatMap(result -> Stream.ofNullable(result.factors().get(factor)))
                .distinct()
                .toList();
        return levels.stream().allMatch(Results::isNumber)
                ? levels.stream().sorted(Comparator.comparingDouble(Double::parseDouble)).toList()
                : levels;
    }

    private static boolean isNumber(String text) {
        try {
            Double.parseDouble(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /// The only or the first trial, if there is one.
    public Optional<Result> first() {
        return all.stream().findFirst();
    }

    /// A number of each trial, in order of the seeds and then of the grid; NaN where it was not measured.
    public double[] numbers(String name) {
        return all.stream()
                .sorted(Comparator.comparingLong(Result::seed))
                .mapToDouble(result -> result.measured().has(name) ? result.measured().number(name) : Double.NaN)
                .toArray();
    }
}
