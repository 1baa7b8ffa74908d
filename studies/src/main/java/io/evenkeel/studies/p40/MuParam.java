package io.evenkeel.studies.p40;

/// The simple form of muParam: the learning rate of a linear layer is multiplied by its inputs at a base width over
/// its inputs.
///
/// @paper P40 base width 256
final class MuParam {
    private static final double BASE_WIDTH = 256;
    private static final double MLP_RATIO = 4;

    private MuParam() {}

    /// The groups of an optimizer, as YAML, for a decoder with an MLP of four times its width. The embedding looks up
    /// and is no linear layer.
    static String groups(int width) {
        var factor = BASE_WIDTH / width;
        return "[{match: 'blocks.*.mlp.down.weight', lrFactor: " + factor / MLP_RATIO
                + "}, {match: 'blocks.*.attention.*.weight', lrFactor: " + factor
                + "}, {match: 'blocks.*.mlp.up.weight', lrFactor: " + factor + "}, {match: 'head.weight', lrFactor: "
                + factor + "}]";
    }
}
