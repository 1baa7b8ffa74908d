package io.evenkeel.studies.p78;

import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Parameter;
import io.evenkeel.nn.Parameters;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/// Which weights stay: those with the largest scores over all matrices and kernels.
///
/// @paper P78
enum Pruning {
    /// any
    RANDOM,
    /// magnitude
    MAGNITUDE,
    /// magnitude of weight times gradient on a batch (Lee et al., "SNIP", 2019)
    SNIP,
    /// weight times gradient of the sum of outputs of a network of magnitudes on ones, in rounds (Tanaka et al., "SynFlow", 2020)
    SYNFLOW;

    private static final int ROUNDS = 20;

    /// Masks of the matrices and kernels, in their order: 1 for what stays.
    ///
    /// @param compression weights over what stays
    List<Tensor> masks(Layer model, Parameters parameters, double compression, Tensor pictures, Tensor labels, RandomStream random) {
        if (this == SYNFLOW) {
            var masks = List.<Tensor>of();
            for (var round = 1; round <= ROUNDS; round++) {
                masks = kept(flows(model, parameters, pictures, masks), Math.pow(compression, round / (double) ROUNDS));
            }
            return masks;
        }
        var scores = matrices(parameters).stream()
                .map(parameter -> parameter.value().detach())
                .map(w -> this == RANDOM ? Tensors.uniform(random, 0, 1, w.shape()) : w.abs())
                .toList();
        if (this == SNIP) {
            parameters.zeroGradients();
            Functional.crossEntropyEach(model.forward(pictures), labels).mean().backward();
            scores = matrices(parameters).stream()
                    .map(parameter -> parameter.value().detach().mul(parameter.gradient()).abs())
                    .toList();
        }
        return kept(scores, compression);
    }

    static List<Parameter> matrices(Parameters parameters) {
        return parameters.all().stream().filter(parameter -> parameter.shape().length >= 2).toList();
    }

    /// Scores of the network with magnitudes for weights, under the masks so far.
    private static List<Tensor> flows(Layer model, Parameters parameters, Tensor pictures, List<Tensor> masks) {
        var kept = parameters.values().copy();
        try (var _ = Autograd.noGrad()) {
            parameters.values().copy_(parameters.values().abs());
            apply(masks, parameters, false);
        }
        parameters.zeroGradients();
        model.train(false);
        var one = Tensors.ones(1, pictures.size(1), pictures.size(2), pictures.size(3));
        model.forward(one).sum().backward();
        model.train(true);
        var scores = matrices(parameters).stream()
                .map(parameter -> parameter.value().detach().mul(parameter.gradient()).abs().copy())
                .toList();
        parameters.values().copy_(kept);
        return scores;
    }

    private static List<Tensor> kept(List<Tensor> scores, double compression) {
        var all = Tensors.cat(scores.stream().map(score -> score.flatten(0, -1)).toList(), 0);
        var stays = Math.max(1, Math.round(all.numel() / compression));
        var order = all.argsort(0, true).narrow(0, 0, stays);
        var mask = Tensors.zeros(all.numel()).scatter(0, order, Tensors.ones(stays));
        var masks = new ArrayList<Tensor>();
        var from = 0L;
        for (var score : scores) {
            masks.add(mask.narrow(0, from, score.numel()).view(score.shape()).to(DType.FLOAT32));
            from += score.numel();
        }
        return masks;
    }

    /// Sets to zero what does not stay, of the weights or of their gradients.
    static void apply(List<Tensor> masks, Parameters parameters, boolean gradients) {
        try (var _ = Scope.open();
                var _ = Autograd.noGrad()) {
            var matrices = matrices(parameters);
            for (var i = 0; i < masks.size(); i++) {
                var parameter = matrices.get(i);
                (gradients ? parameter.gradient() : parameter.value().detach()).mul_(masks.get(i));
            }
        }
    }
}
