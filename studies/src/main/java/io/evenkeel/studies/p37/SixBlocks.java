package io.evenkeel.studies.p37;

import io.evenkeel.nn.BatchNorm;
import io.evenkeel.nn.ConvNorm;
import io.evenkeel.nn.Initializer;
import io.evenkeel.nn.Kernel;
import io.evenkeel.nn.Layer;
import io.evenkeel.nn.Linear;
import io.evenkeel.nn.Pooling;
import io.evenkeel.nn.Precision;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Six convolutions of 3 x 3 with batch norms, to 16, 32, 32, 64, 64, 64 channels, the second and fourth with stride 2; then the mean
/// of each channel and five classes: 108,000 parameters.
final class SixBlocks extends Layer {
    /// Classes that it tells.
    static final int CLASSES = 5;

    private static final long[] CHANNELS = {16, 32, 32, 64, 64, 64};

    private final List<ConvNorm> blocks = new ArrayList<>();
    private final Linear head;

    SixBlocks(ConvNorm.Mode mode) {
        var in = 1L;
        for (var i = 0; i < CHANNELS.length; i++) {
            var kernel = Kernel.same(in, CHANNELS[i], 3, i == 1 || i == 3 ? 2 : 1);
            blocks.add(child(
                    "block" + i,
                    new ConvNorm(kernel, BatchNorm.Config.defaults(), mode, Initializer.kaiming(kernel.fanIn(2)), Precision.FP32)));
            in = CHANNELS[i];
        }
        head = child("head", new Linear(in, CLASSES, true, Initializer.lecun(in), Precision.FP32));
    }

    @Override
    public Tensor forward(Tensor x) {
        var y = x;
        for (var block : blocks) {
            y = block.forward(y).relu();
        }
        return head.forward(Pooling.global(y));
    }

    /// All work in another way from now on.
    void mode(ConvNorm.Mode mode) {
        blocks.forEach(block -> block.mode(mode));
    }

    /// Copies convolutions and norms of one that is not deployed, folded into one that is; the head stays new.
    void takeFeatures(SixBlocks trained) {
        if (blocks.getFirst().mode() == ConvNorm.Mode.DEPLOY) {
            for (var i = 0; i < blocks.size(); i++) {
                blocks.get(i).deploy(trained.blocks.get(i));
            }
            return;
        }
        var from = trained.tensors();
        tensors().forEach((name, tensor) -> {
            var source = from.get(name);
            if (source != null && !name.startsWith("head.")) {
                tensor.copy_(source);
            }
        });
    }

    /// Multiplies what each channel is scaled by, by a number of its own, and divides the weights by it: the same function.
    ///
    /// @param factors a number a channel, for each block
    void spread(List<Tensor> factors) {
        var all = tensors();
        try (var _ = Scope.open()) {
            for (var i = 0; i < blocks.size(); i++) {
                var c = factors.get(i);
                var name = "block" + i;
                get(all, name + ".conv.weight").div_(c.view(-1, 1, 1, 1));
                get(all, name + ".norm.running_mean").div_(c);
                var variance = get(all, name + ".norm.running_var");
                var eps = BatchNorm.Config.defaults().eps();
                variance.copy_(variance.add(eps).div(c.square()).sub(eps));
            }
        }
    }

    private static Tensor get(Map<String, Tensor> tensors, String name) {
        var tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no " + name + " but " + tensors.keySet());
        }
        return tensor;
    }

    /// What each channel of each block is multiplied by.
    List<Tensor> coefficients() {
        return blocks.stream().map(block -> block.coefficients().detach()).toList();
    }

    /// Channels of each block.
    static long[] channels() {
        return CHANNELS.clone();
    }

    /// Parameters and running statistics by name.
    Map<String, Tensor> tensors() {
        var tensors = new TreeMap<String, Tensor>();
        forEachParameter((name, parameter) -> tensors.put(name, parameter.value().detach()));
        forEachBuffer(tensors::put);
        return tensors;
    }

    /// All of them as one vector, in the order of their names.
    Tensor flat() {
        return Tensors.cat(tensors().values().stream().map(each -> each.flatten(0, -1)).toList(), 0);
    }

    /// Takes them from such a vector.
    void setFlat(Tensor flat) {
        var at = 0L;
        for (var tensor : tensors().values()) {
            tensor.copy_(flat.narrow(0, at, tensor.numel()).view(tensor.shape()));
            at += tensor.numel();
        }
    }
}
