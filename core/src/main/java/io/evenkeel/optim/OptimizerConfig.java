package io.evenkeel.optim;

import io.evenkeel.InputException;
import io.evenkeel.config.Inline;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An optimizer as configured: an update rule, a bound on the gradient, and what is different for some parameters.
///
/// @param rule       the update rule
/// @param clip       how the gradient is bounded before
/// @param groups     parameters that are trained differently; the first that matches counts
/// @param orthogonal takes what only makes tensors longer out of their gradient, after the bound; null for not
/// @param sharing    draws all matrices from one smaller array, which is trained in their place; null for not
public record OptimizerConfig(
        @Inline Rule rule,
        Clip clip,
        List<Group> groups,
        OrthogonalGradient.@Nullable Config orthogonal,
        @Nullable Sharing sharing) {
    private static final int MATRIX = 2;

    /// An update rule that configurations can name, with the learning rate and decay that are usual for it.
    public sealed interface Rule extends UpdateRule
            permits AdamW, AdamAtan2, Sgd, Lion, RAdam, Lamb, AdaBelief, Yogi, Adafactor, Spam, StableSpam {
        /// The peak learning rate.
        double lr();

        /// The decay of tensors of two dimensions and more; others have none unless a group says so.
        double weightDecay();

        /// Whether the decay is not multiplied by the peak learning rate.
        default boolean independentDecay() {
            return false;
        }

        /// The same rule with another peak learning rate.
        Rule withLr(double lr);

        static Rule defaults() {
            return AdamW.defaults();
        }
    }

    /// Parameters that are trained differently.
    ///
    /// @param match       pattern on full names: `*` for any characters, dots included, `?` for one
    /// @param lrFactor    on the learning rate, > 0
    /// @param weightDecay of all of them, `>= 0`; null for the rule's on tensors of two dimensions and more
    /// @param frozen      whether they are not trained at all
    /// @param rule        the rule for them, with all of its options and learning rate; null for the optimizer's
    public record Group(
            String match,
            double lrFactor,
            @Nullable Double weightDecay,
            boolean frozen,
            @Nullable Rule rule) {
        public Group {
            Checks.positive("lrFactor", lrFactor);
        }

        /// No difference, of nothing.
        public static Group defaults() {
            return new Group("", 1, null, false, null);
        }

        Rule ruleOr(Rule usual) {
            return rule == null ? usual : rule;
        }
    }

    public OptimizerConfig {
        if (sharing != null && orthogonal != null) {
            throw new IllegalArgumentException(
                    "orthogonal must be null with sharing, where the tensors are not what is trained, but was "
                            + orthogonal);
        }
        groups = List.copyOf(groups);
        for (var i = 0; i < groups.size(); i++) {
            if (groups.get(i).match().isEmpty()) {
                throw new IllegalArgumentException("groups must each have a match but number " + i + " has none");
            }
            var decay = groups.get(i).weightDecay();
            if (decay != null) {
                var own = groups.get(i).ruleOr(rule);
                Checks.decay("groups." + i + ".weightDecay", decay, own.independentDecay());
            }
        }
    }

    public OptimizerConfig(Rule rule, Clip clip, List<Group> groups) {
        this(rule, clip, groups, null, null);
    }

    public static OptimizerConfig defaults() {
        return new OptimizerConfig(Rule.defaults(), Clip.defaults(), List.of());
    }

    /// The peak learning rate of parameters in no group.
    public double lr() {
        return rule.lr();
    }

    /// The same with another peak learning rate.
    public OptimizerConfig withLr(double lr) {
        return new OptimizerConfig(rule.withLr(lr), clip, groups, orthogonal, sharing);
    }

    /// The optimizer of those parameters.
    ///
    /// @throws InputException when a pattern matches none of them, or none that is not in a group before
    public Optimizer build(Parameters parameters) {
        var byName = settings(parameters);
        if (byName.isEmpty()) {
            throw new InputException("optimizer.groups must leave a parameter to train but freeze all");
        }
        Function<Parameter, Optional<Chain.Settings>> settings =
                parameter -> Optional.ofNullable(byName.get(parameter.name()));
        return sharing == null
                ? new Chain(parameters, transforms(parameters), settings)
                : new SharedArray(sharing, parameters, clip, settings);
    }

    private List<GradientTransform> transforms(Parameters parameters) {
        var transforms = new ArrayList<GradientTransform>();
        clip.build(parameters).ifPresent(transforms::add);
        if (orthogonal != null) {
            transforms.add(new OrthogonalGradient(orthogonal, parameters));
        }
        return transforms;
    }

    /// The settings of the parameters that are trained.
    private Map<String, Chain.Settings> settings(Parameters parameters) {
        var names = parameters.all().stream().map(Parameter::name).toList();
        var grouped = new HashMap<String, Group>();
        for (var i = 0; i < groups.size(); i++) {
            var group = groups.get(i);
            var field = "optimizer.groups." + i + ".match";
            var matching = new HashSet<>(new Glob(group.match()).matching(names, field));
            matching.removeAll(grouped.keySet());
            if (matching.isEmpty()) {
                throw new InputException(
                        field + " must match a parameter that no group before it does but was " + group.match());
            }
            matching.forEach(name -> grouped.put(name, group));
        }
        var settings = new HashMap<String, Chain.Settings>();
        for (var parameter : parameters.all()) {
            var group = grouped.getOrDefault(parameter.name(), Group.defaults());
            if (!group.frozen()) {
                settings.put(parameter.name(), settings(parameter, group));
            }
        }
        return settings;
    }

    private Chain.Settings settings(Parameter parameter, Group group) {
        var own = group.ruleOr(rule);
        double usual = parameter.shape().length >= MATRIX ? own.weightDecay() : 0;
        double decay = group.weightDecay() == null ? usual : group.weightDecay();
        return new Chain.Settings(own, own.lr() * group.lrFactor(), decay);
    }
}
