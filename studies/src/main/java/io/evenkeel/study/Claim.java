package io.evenkeel.study;

import org.jspecify.annotations.Nullable;

/// A typed inequality about an estimate. It holds when the whole interval fulfils it, it does not when no part of the
/// interval does, and otherwise, or when there is no interval, the runs cannot tell.
///
/// @param id       by which the [Verdict.Rule] and the paper's specification know it, such as `i`
/// @param text     what is claimed, in words
/// @param estimate of the quantity
/// @param relation of the estimate to the bound
/// @param bound    what it is compared with
public record Claim(String id, String text, Estimate estimate, Relation relation, double bound) {
    /// How an estimate is compared.
    public enum Relation {
        /// greater than the bound
        ABOVE,
        /// less than the bound
        BELOW,
        /// at most the bound in magnitude: equivalence, for a bound that is a margin
        WITHIN
    }

    /// That the estimate is greater than the bound.
    public static Claim above(String id, String text, Estimate estimate, double bound) {
        return new Claim(id, text, estimate, Relation.ABOVE, bound);
    }

    /// That the estimate is less than the bound.
    public static Claim below(String id, String text, Estimate estimate, double bound) {
        return new Claim(id, text, estimate, Relation.BELOW, bound);
    }

    /// That the estimate is at most the margin away from zero.
    public static Claim within(String id, String text, Estimate estimate, double margin) {
        return new Claim(id, text, estimate, Relation.WITHIN, margin);
    }

    /// Whether it holds; null when the runs cannot tell.
    public @Nullable Boolean holds() {
        if (Double.isNaN(estimate.low()) || Double.isNaN(estimate.high())) {
            return null;
        }
        return switch (relation) {
            case ABOVE -> decided(estimate.low() > bound, estimate.high() <= bound);
            case BELOW -> decided(estimate.high() < bound, estimate.low() >= bound);
            case WITHIN ->
                decided(
                        estimate.low() >= -bound && estimate.high() <= bound,
                        estimate.low() > bound || estimate.high() < -bound);
        };
    }

    private static @Nullable Boolean decided(boolean yes, boolean no) {
        return yes ? Boolean.TRUE : no ? Boolean.FALSE : null;
    }

    /// `0.123 [0.05, 0.2], asked > 0`.
    public String finding() {
        var asked = switch (relation) {
            case ABOVE -> "> ";
            case BELOW -> "< ";
            case WITHIN -> "within ±";
        };
        return estimate.text() + (Double.isNaN(estimate.value()) ? "" : ", asked " + asked + Texts.number(bound));
    }

    /// `holds`, `does not hold` or `cannot be told`.
    public String outcome() {
        var holds = holds();
        return holds == null ? "cannot be told" : holds ? "holds" : "does not hold";
    }
}
