package io.evenkeel.nn;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Tensor;

/// One layer of a [Decoder]: attention and MLP around the residual stream, `[B, T, D] -> [B, T, D]`. Dropout is on what
/// attention and MLP give, before an output norm.
public final class Block extends Module {
    private final Form form;
    private final double alpha;
    private final Attention attention;
    private final FeedForward mlp;
    private final Layer attentionInputNorm;
    private final Layer attentionOutputNorm;
    private final Layer attentionResidualNorm;
    private final Layer mlpInputNorm;
    private final Layer mlpOutputNorm;
    private final Layer mlpResidualNorm;
    private final Dropout dropout;

    /// How attention and MLP follow each other.
    public enum Form {
        /// one after the other
        SERIAL,
        /// `x + f(N(x)) + g(N(x))`: both read the same, once normalised
        ///
        /// @paper P02
        PARALLEL
    }

    Block(Decoder.Config model, Precision precision, RandomStream random) {
        var placement = model.normPlacement();
        this.form = model.block();
        this.alpha = placement == NormPlacement.DEEPNORM ? model.deepNorm().alpha(model.depth()) : 1;
        var serial = form == Form.SERIAL;
        this.attentionInputNorm = norm("attention_input_norm", model, placement.input());
        this.attention = child("attention", new Attention(model, precision));
        this.attentionOutputNorm = norm("attention_output_norm", model, placement.output());
        this.attentionResidualNorm = norm("attention_residual_norm", model, placement.residual() && serial);
        this.mlpInputNorm = norm("mlp_input_norm", model, placement.input() && serial);
        this.mlp = child("mlp", new FeedForward(model, precision));
        this.mlpOutputNorm = norm("mlp_output_norm", model, placement.output());
        this.mlpResidualNorm = norm("mlp_residual_norm", model, placement.residual());
        this.dropout = child("dropout", new Dropout(model.dropout(), random));
    }

    private Layer norm(String name, Decoder.Config model, boolean there) {
        var norm = there ? model.norm() : new Norm.None();
        var zero = model.normPlacement() == NormPlacement.RES_POST;
        return child(name, norm.layer(model.width(), zero ? Initializer.ZEROS : Initializer.ONES));
    }

    /// The stream after this block.
    ///
    /// @param x `[B, T, D]`
    Tensor forward(Tensor x, Attention.Setting setting) {
        var y = switch (form) {
            case SERIAL -> {
                var h = attentionResidualNorm.forward(scaled(x).add(attend(x, setting)));
                yield mlpResidualNorm.forward(scaled(h).add(transform(mlpInputNorm.forward(h))));
            }
            case PARALLEL -> {
                var n = attentionInputNorm.forward(x);
                yield mlpResidualNorm.forward(
                        scaled(x).add(attendNormalised(n, setting)).add(transform(n)));
            }
        };
        observe("residual", y);
        return y;
    }

    private Tensor scaled(Tensor x) {
        return alpha == 1 ? x : x.mul(alpha);
    }

    private Tensor attend(Tensor x, Attention.Setting setting) {
        return attendNormalised(attentionInputNorm.forward(x), setting);
    }

    private Tensor attendNormalised(Tensor n, Attention.Setting setting) {
        return attentionOutputNorm.forward(dropout.forward(Precision.full(attention.forward(n, setting))));
    }

    private Tensor transform(Tensor n) {
        return mlpOutputNorm.forward(dropout.forward(Precision.full(mlp.forward(n))));
    }

    boolean needsMask() {
        return attention.needsMask();
    }
}
