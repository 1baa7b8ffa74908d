package io.evenkeel.nn;

import io.evenkeel.loss.ZLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// The decoder and its loss written down a second time: plain loops over single doubles, position by position, from the
/// formulas of the specifications. It shares nothing with [Decoder] but the configuration and the parameters' names.
final class ReferenceDecoder {
    private final Decoder.Config config;
    private final Map<String, double[]> values;
    private final Map<String, Num[]> parameters = new TreeMap<>();
    private List<Num> tape = new ArrayList<>();

    /// Loss terms and the gradients of the total by parameter.
    record Result(double total, double crossEntropy, double zLoss, Map<String, double[]> gradients) {}

    /// @param values of the parameters by name; [#descend] changes them
    ReferenceDecoder(Decoder.Config config, Map<String, double[]> values) {
        this.config = config;
        this.values = values;
    }

    /// Plain gradient descent.
    void descend(Map<String, double[]> gradients, double lr) {
        gradients.forEach((name, gradient) -> {
            var value = values.get(name);
            for (var i = 0; i < value.length; i++) {
                value[i] -= lr * gradient[i];
            }
        });
    }

    Result run(long[][] tokens, long[][] targets) {
        tape = new ArrayList<>();
        parameters.clear();
        values.forEach((name, value) -> parameters.put(
                name, Arrays.stream(value).mapToObj(this::constant).toArray(Num[]::new)));
        var loss = new ReferenceLoss(config.loss(), this::constant);
        for (var b = 0; b < tokens.length; b++) {
            var logits = logits(tokens[b]);
            for (var t = 0; t < logits.length; t++) {
                loss.add(logits[t], targets[b][t]);
            }
        }
        var crossEntropy = loss.crossEntropy();
        var zLoss = config.loss().zLoss() instanceof ZLoss.None ? constant(0) : loss.zLoss();
        var total = crossEntropy.plus(zLoss);
        total.backward();
        var gradients = new TreeMap<String, double[]>();
        parameters.forEach((name, nums) -> gradients.put(
                name, Arrays.stream(nums).mapToDouble(n -> n.gradient).toArray()));
        return new Result(total.value, crossEntropy.value, zLoss.value, gradients);
    }

    private Num constant(double value) {
        return Num.of(tape, value);
    }

    private Num[][] logits(long[] tokens) {
        var d = config.width();
        var x = new Num[tokens.length][];
        for (var t = 0; t < tokens.length; t++) {
            x[t] = row("embed.weight", (int) tokens[t], d);
            for (var i = 0; i < d; i++) {
                if (config.position() instanceof Position.Learned) {
                    x[t][i] = x[t][i].plus(row("position.weight", t, d)[i]);
                } else if (config.position() instanceof Position.Sinusoidal(var base)) {
                    var angle = t / Math.pow(base, (i - i % 2) / (double) d);
                    x[t][i] = x[t][i].plus(i % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
                }
            }
            if (config.embeddingNorm()) {
                x[t] = norm("embedding_norm", x[t]);
            }
        }
        for (var layer = 0; layer < config.depth(); layer++) {
            x = block("blocks." + layer + ".", x);
        }
        var finalNorm =
                config.normPlacement() != NormPlacement.POST && config.normPlacement() != NormPlacement.DEEPNORM;
        var head = config.tied() ? "embed.weight" : "head.weight";
        return each(x, row -> linear(head, finalNorm ? norm("final_norm", row) : row));
    }

    private Num[][] block(String at, Num[][] x) {
        var names = config.block() == Block.Form.PARALLEL
                ? new String[] {"attention", "attention"}
                : new String[] {"attention", "mlp"};
        UnaryOperator<Num[][]> attention = h ->
                new ReferenceAttention(config, this::matrix, this::norm, this::constant).apply(at + "attention", h);
        UnaryOperator<Num[][]> mlp = h -> each(h, row -> mlp(at + "mlp", row));
        if (config.block() == Block.Form.SERIAL) {
            var h = join(at, x, branch(at + names[0], at + "attention", attention, x), null, "attention");
            return join(at, h, branch(at + names[1], at + "mlp", mlp, h), null, "mlp");
        }
        return join(
                at,
                x,
                branch(at + names[0], at + "attention", attention, x),
                branch(at + names[1], at + "mlp", mlp, x),
                "mlp");
    }

    /// A branch with the norms before and after it.
    private Num[][] branch(String inputNorm, String name, UnaryOperator<Num[][]> f, Num[][] x) {
        var in = switch (config.normPlacement()) {
            case PRE, PERI -> each(x, row -> norm(inputNorm + "_input_norm", row));
            case POST, DEEPNORM, OUTPUT_ONLY, RES_POST -> x;
        };
        var out = f.apply(in);
        return switch (config.normPlacement()) {
            case PERI, OUTPUT_ONLY, RES_POST -> each(out, row -> norm(name + "_output_norm", row));
            case PRE, POST, DEEPNORM -> out;
        };
    }

    /// Branches added to the stream.
    private Num[][] join(String at, Num[][] x, Num[][] first, Num[][] second, String name) {
        var layers = 2.0 * config.depth();
        var alpha = config.normPlacement() != NormPlacement.DEEPNORM
                ? 1
                : config.deepNorm() == DeepNorm.GLM ? Math.sqrt(layers) : Math.sqrt(Math.sqrt(layers));
        var y = new Num[x.length][];
        for (var t = 0; t < x.length; t++) {
            y[t] = new Num[x[t].length];
            for (var i = 0; i < x[t].length; i++) {
                y[t][i] = x[t][i].times(alpha).plus(first[t][i]);
                if (second != null) {
                    y[t][i] = y[t][i].plus(second[t][i]);
                }
            }
        }
        return switch (config.normPlacement()) {
            case POST, DEEPNORM -> each(y, row -> norm(at + name + "_residual_norm", row));
            case PRE, PERI, OUTPUT_ONLY, RES_POST -> y;
        };
    }

    private Num[] mlp(String name, Num[] x) {
        var up = matrix(name + ".up", x);
        var hidden = new Num[up.length];
        var gate = switch (config.mlp().type()) {
            case SWIGLU, GEGLU -> matrix(name + ".gate", x);
            case GELU, GELU_TANH, RELU, RELU2, SILU -> null;
        };
        for (var i = 0; i < up.length; i++) {
            hidden[i] = switch (config.mlp().type()) {
                case GELU -> up[i].gelu();
                case GELU_TANH -> geluTanh(up[i]);
                case RELU -> up[i].relu();
                case RELU2 -> up[i].relu().times(up[i].relu());
                case SILU -> up[i].times(up[i].sigmoid());
                case SWIGLU -> gate[i].times(gate[i].sigmoid()).times(up[i]);
                case GEGLU -> gate[i].gelu().times(up[i]);
            };
        }
        return matrix(name + ".down", hidden);
    }

    /// `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`
    private static Num geluTanh(Num x) {
        var inner = x.plus(x.times(x).times(x).times(0.044715)).times(Math.sqrt(2 / Math.PI));
        return x.times(inner.tanh().plus(1)).times(0.5);
    }

    private Num[] norm(String name, Num[] x) {
        return norm(config.norm(), name, x);
    }

    private Num[] norm(Norm norm, String name, Num[] x) {
        var n = x.length;
        var y = x.clone();
        var eps = switch (norm) {
            case LayerNorm.Config c -> c.eps();
            case RmsNorm.Config c -> c.eps();
            case Norm.None _ -> -1;
            case BatchNorm.Config _, GroupNorm.Config _ -> throw new AssertionError(norm);
        };
        if (eps < 0) {
            return x;
        }
        if (norm instanceof LayerNorm.Config) {
            var mean = Num.sum(x).times(1.0 / n);
            Arrays.setAll(y, i -> x[i].minus(mean));
        }
        var squares = new Num[n];
        Arrays.setAll(squares, i -> y[i].times(y[i]));
        var scale = Num.sum(squares).times(1.0 / n).plus(eps).sqrt();
        var weight = parameters.get(name + ".weight");
        var bias = parameters.get(name + ".bias");
        for (var i = 0; i < n; i++) {
            y[i] = y[i].over(scale);
            y[i] = weight == null ? y[i] : y[i].times(weight[i]);
            y[i] = bias == null ? y[i] : y[i].plus(bias[i]);
        }
        return y;
    }

    private Num[] row(String name, int index, int width) {
        return Arrays.copyOfRange(parameters.get(name), index * width, (index + 1) * width);
    }

    /// A linear layer, with its bias if there is one; without inputs, the parameter of that name itself.
    private Num[] matrix(String name, Num[] x) {
        if (x.length == 0) {
            return parameters.get(name);
        }
        var y = linear(name + ".weight", x);
        var bias = parameters.get(name + ".bias");
        if (bias != null) {
            Arrays.setAll(y, i -> y[i].plus(bias[i]));
        }
        return y;
    }

    private Num[] linear(String name, Num[] x) {
        var weight = parameters.get(name);
        var y = new Num[weight.length / x.length];
        for (var o = 0; o < y.length; o++) {
            var sum = constant(0);
            for (var i = 0; i < x.length; i++) {
                sum = sum.plus(weight[o * x.length + i].times(x[i]));
            }
            y[o] = sum;
        }
        return y;
    }

    private static Num[][] each(Num[][] x, UnaryOperator<Num[]> f) {
        return Arrays.stream(x).map(f).toArray(Num[][]::new);
    }
}
