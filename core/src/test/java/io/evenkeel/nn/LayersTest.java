package io.evenkeel.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional.Window;
import io.evenkeel.tensor.OneThread;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneThread.class)
class LayersTest {
    private static final Offset<Double> EXACT = within(1e-6);

    /// `1, 2, 3, ..` in the order of memory.
    private static final Initializer COUNTING = (tensor, random) ->
            tensor.copy_(Tensors.arange(tensor.numel()).add(1).view(tensor.shape()));

    private final RandomStream random = RandomStream.of(4, "layers");
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private <M extends Module> M ready(M module) {
        Parameters.materialize(module, random);
        return module;
    }

    private static Tensor x(double... values) {
        return Tensors.of(values, 1, values.length).to(DType.FLOAT32);
    }

    private static Tensor counting(long... shape) {
        var size = 1L;
        for (var s : shape) {
            size *= s;
        }
        return Tensors.arange(size).to(DType.FLOAT32).add(1).view(shape);
    }

    @Test
    void linearAndEmbedding() {
        var linear = ready(new Linear(2, 3, false, COUNTING, Precision.FP32));
        assertThat(linear.forward(x(10, 1)).toDoubles()).containsExactly(12, 34, 56);
        var half = ready(new Linear(2, 3, true, COUNTING, Precision.BF16));
        assertThat(half.forward(x(10, 1)).toDoubles()).containsExactly(12, 34, 56);
        assertThat(half.forward(x(10, 1)).dtype()).isEqualTo(DType.BFLOAT16);
        var embedding = ready(new Embedding(3, 2, COUNTING));
        assertThat(embedding.forward(Tensors.of(new long[] {2, 0}, 2)).toDoubles())
                .containsExactly(5, 6, 1, 2);
    }

    /// Values of P34's specification, and of the definition of layer norm.
    @Test
    void norms() {
        var rms = ready(new RmsNorm(new RmsNorm.Config(0, true), 2, Initializer.ONES));
        assertThat(rms.forward(x(3, 4)).toDoubles()).containsExactly(new double[] {0.8485281, 1.1313708}, EXACT);
        var withEps = ready(new RmsNorm(new RmsNorm.Config(0.5, false), 2, Initializer.ONES));
        var root = Math.sqrt(13);
        assertThat(withEps.forward(x(3, 4)).toDoubles()).containsExactly(new double[] {3 / root, 4 / root}, EXACT);
        assertThat(withEps.forward(x(0, 0)).toDoubles()).containsExactly(0, 0);
        var layer = ready(new LayerNorm(new LayerNorm.Config(1, true, true), 3, Initializer.constant(2)));
        // mean 2, variance 8 / 3 with eps 1: sqrt(11 / 3)
        var scale = 2 / Math.sqrt(11 / 3.0);
        assertThat(layer.forward(x(0, 2, 4)).toDoubles())
                .containsExactly(new double[] {-2 * scale, 0, 2 * scale}, EXACT);
    }

    @Test
    void groupNormNormalisesGroupsOfChannels() {
        var norm = ready(new GroupNorm(new GroupNorm.Config(2, 0), 4, Initializer.ONES));
        // Groups (1, 3) and (10, 20): each its own mean and deviation.
        var y = norm.forward(Tensors.of(new float[] {1, 3, 10, 20}, 1, 4, 1));
        assertThat(y.toDoubles()).containsExactly(new double[] {-1, 1, -1, 1}, EXACT);
        assertThatThrownBy(() -> new GroupNorm(new GroupNorm.Config(3, 0), 4, Initializer.ONES))
                .hasMessage("groups must divide the channels 4 but was 3");
    }

    @Test
    void batchNormLearnsItsStatistics() {
        var norm = ready(new BatchNorm(new BatchNorm.Config(0.25, 0), 1, Initializer.ONES));
        var batch = Tensors.of(new float[] {1, 3, 5, 7}, 4, 1);
        var deviation = Math.sqrt(5);
        assertThat(norm.forward(batch).toDoubles())
                .containsExactly(new double[] {-3 / deviation, -1 / deviation, 1 / deviation, 3 / deviation}, EXACT);
        var buffers = new java.util.TreeMap<String, Double>();
        norm.forEachBuffer((name, buffer) -> buffers.put(name, buffer.item()));
        // A quarter of mean 4 and of the unbiased variance 20 / 3, beside three quarters of 0 and 1.
        assertThat(buffers.get("running_mean")).isCloseTo(1, EXACT);
        assertThat(buffers.get("running_var")).isCloseTo(0.75 + 0.25 * 20 / 3, EXACT);
        norm.train(false);
        assertThat(norm.forward(x(3).view(1, 1)).item()).isCloseTo((3 - 1) / Math.sqrt(0.75 + 0.25 * 20 / 3), EXACT);
    }

    @Test
    void convolutionsAreSumsOverWindows() {
        var one = ready(
                new Conv1d(new Kernel(2, 1, 2, Window.PLAIN), false, COUNTING, Precision.FP32)); // weights 1 2 / 3 4
        // channel 1: 1 2 3, channel 2: 4 5 6
        assertThat(one.forward(counting(1, 2, 3)).toDoubles())
                .containsExactly(1 + 2 * 2 + 3 * 4 + 4 * 5, 2 + 2 * 3 + 3 * 5 + 4 * 6);
        var two = ready(new Conv2d(Kernel.same(1, 2, 3, 2), true, COUNTING, Precision.FP32));
        var y = two.forward(counting(1, 1, 4, 4));
        assertThat(y.shape()).containsExactly(1, 2, 2, 2);
        assertThat(y.toDoubles()).containsExactly(convolved(2));
        assertThat(new Kernel(4, 8, 3, Window.PLAIN.withGroups(2)).fanIn(2)).isEqualTo(18);
    }

    /// 3 x 3 kernels 1..9, 10..18 over the image 1..16 with a border of zeros, every second pixel.
    private static double[] convolved(int channels) {
        return IntStream.range(0, channels * 4)
                .mapToDouble(o -> {
                    var sum = 0;
                    for (var k = 0; k < 9; k++) {
                        int row = o % 4 / 2 * 2 + k / 3 - 1;
                        int column = o % 2 * 2 + k % 3 - 1;
                        if (row >= 0 && column >= 0 && row < 4 && column < 4) {
                            sum += (o / 4 * 9 + k + 1) * (row * 4 + column + 1);
                        }
                    }
                    return sum;
                })
                .toArray();
    }

    @Test
    void activations() {
        var x = x(-1, 0.5, 2);
        assertThat(Activation.RELU.apply(x).toDoubles()).containsExactly(0, 0.5, 2);
        assertThat(Activation.RELU2.apply(x).toDoubles()).containsExactly(0, 0.25, 4);
        // x Phi(x) with Phi(-1) = 0.158655254, Phi(0.5) = 0.691462461, Phi(2) = 0.977249868
        assertThat(Activation.GELU.apply(x).toDoubles())
                .containsExactly(new double[] {-0.158655254, 0.345731231, 1.954499736}, EXACT);
        assertThat(Activation.GELU_TANH.apply(x).toDoubles())
                .containsExactly(new double[] {-0.158808009, 0.345714010, 1.954597694}, EXACT);
        // x / (1 + exp(-x))
        assertThat(Activation.SILU.apply(x).toDoubles())
                .containsExactly(
                        new double[] {-1 / (1 + Math.E), 0.5 / (1 + Math.exp(-0.5)), 2 / (1 + Math.exp(-2))}, EXACT);
        assertThat(Activation.TANH.apply(x).toDoubles())
                .containsExactly(new double[] {Math.tanh(-1), Math.tanh(0.5), Math.tanh(2)}, EXACT);
    }

    @Test
    void pooling() {
        var image = counting(1, 1, 2, 4);
        assertThat(Pooling.max(2).apply(image).toDoubles()).containsExactly(6, 8);
        assertThat(Pooling.average(2).apply(image).toDoubles()).containsExactly(3.5, 5.5);
        assertThat(Pooling.global(image).toDoubles()).containsExactly(4.5);
        assertThat(Pooling.global(image).shape()).containsExactly(1, 1);
    }

    @Test
    void dropoutKeepsTheMeanAndContinuesMidStream() {
        var stream = random.split("dropout");
        var dropout = new Dropout(0.25, stream);
        var ones = Tensors.ones(100, 100);
        var first = dropout.forward(ones);
        assertThat(first.mean().item()).isCloseTo(1, within(0.03));
        assertThat(first.countNonzero().item() / 10_000).isCloseTo(0.75, within(0.02));
        assertThat(first.amax().item()).isCloseTo(4 / 3.0, EXACT);
        var state = stream.state();
        var second = dropout.forward(ones).toFloats();
        dropout.forward(ones);
        assertThat(new Dropout(0.25, RandomStream.from(state)).forward(ones).toFloats())
                .isEqualTo(second)
                .isNotEqualTo(first.toFloats());
        dropout.train(false);
        assertThat(dropout.forward(ones)).isSameAs(ones);
        assertThatThrownBy(() -> new Dropout(1, stream)).hasMessage("dropout must be in [0, 1) but was 1.0");
    }

    @Test
    void sequencesRunInOrder() {
        var layers = ready(new Sequential()
                .then("a", new Linear(1, 2, false, COUNTING, Precision.FP32))
                .then(x -> x.sub(1.5))
                .then(Activation.RELU)
                .then("b", new Linear(2, 1, false, Initializer.ONES, Precision.FP32)));
        assertThat(layers.forward(x(1)).item()).isEqualTo(0.5);
        var names = new java.util.ArrayList<String>();
        layers.forEachParameter((name, _) -> names.add(name));
        assertThat(names).containsExactly("a.weight", "b.weight");
    }
}
