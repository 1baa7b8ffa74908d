package io.evenkeel.train;

import io.evenkeel.InputException;
import io.evenkeel.data.Data;
import io.evenkeel.data.DataConfig;
import io.evenkeel.data.ImageData;
import io.evenkeel.data.TableData;
import io.evenkeel.data.TextData;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.loss.LanguageModelLoss.Terms;
import io.evenkeel.nn.ConvNet;
import io.evenkeel.nn.Decoder;
import io.evenkeel.nn.Mlp;
import io.evenkeel.nn.ModelConfig;
import io.evenkeel.nn.Module;
import io.evenkeel.nn.VisionTransformer;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.train.Task.Network;
import java.nio.file.Path;
import java.util.function.Function;

/// Puts a model and data together: which models fit which data, and the sizes that the data fixes.
final class Tasks {
    /// Held-out examples of an evaluation, counted in tokens.
    private static final long VALIDATION_TOKENS = 65_536;

    private Tasks() {}

    /// The task of a configuration.
    ///
    /// @param dropout the stream that the model's dropout draws from
    /// @throws InputException when the data cannot be opened or the model is not one for it
    static Task of(RunConfig config, RandomStream dropout, Path cache) {
        var data = DataConfig.open(config.data(), cache);
        try {
            return of(config, data, dropout);
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static Task of(RunConfig config, Data data, RandomStream dropout) {
        return switch (data) {
            case TextData text -> {
                var model = decoderConfig(config);
                yield task(
                        config,
                        data,
                        stream -> {
                            var decoder = decoder(config, text.tokenizer().vocabulary(), text.context(), stream);
                            return new Network(decoder, decoder::logits);
                        },
                        dropout,
                        LanguageModelLoss.of(model.loss())::of,
                        false);
            }
            case ImageData images ->
                classifier(
                        config,
                        data,
                        images.shape()[0],
                        pixels(images),
                        images.classes().size(),
                        dropout);
            case TableData table ->
                classifier(
                        config,
                        data,
                        0,
                        table.features().size(),
                        Math.max(1, table.classes().size()),
                        dropout);
            default -> throw new InputException("data of " + data.id() + " has no model here");
        };
    }

    /// The language model of a configuration.
    static Decoder decoder(RunConfig config, int vocabulary, int context, RandomStream dropout) {
        var decoder = new Decoder(
                decoderConfig(config), vocabulary, context, config.train().precision(), dropout);
        reduce(config, decoder, dropout);
        return decoder;
    }

    private static void reduce(RunConfig config, Module model, RandomStream random) {
        if (config.precision() != null) {
            config.precision().apply(model, random);
        }
    }

    private static Decoder.Config decoderConfig(RunConfig config) {
        if (!(config.model() instanceof Decoder.Config model)) {
            throw unfit(config.model(), "text", "decoder");
        }
        return model;
    }

    /// @param channels of images; 0 for rows of a table
    /// @param features numbers of one example
    /// @param classes  how many; 1 for a table whose target is a number
    private static Task classifier(
            RunConfig config, Data data, int channels, long features, int classes, RandomStream dropout) {
        var precision = config.train().precision();
        Task.Loss loss =
                classes == 1 ? Tasks::squaredError : LanguageModelLoss.of(LanguageModelLoss.Config.defaults())::of;
        return switch (config.model()) {
            case Mlp.Config model ->
                task(
                        config,
                        data,
                        stream -> {
                            var mlp = new Mlp(model, features, classes, precision, stream);
                            return new Network(mlp, x -> mlp.forward(x.flatten(1, -1)));
                        },
                        dropout,
                        loss,
                        classes > 1);
            case ConvNet.Config model -> {
                if (channels == 0) {
                    throw unfit(model, "a table", "mlp");
                }
                yield task(
                        config,
                        data,
                        _ -> {
                            var net = new ConvNet(model, channels, classes, precision);
                            return new Network(net, net::forward);
                        },
                        dropout,
                        loss,
                        classes > 1);
            }
            case VisionTransformer.Config model -> {
                if (!(data instanceof ImageData images)) {
                    throw unfit(model, "a table", "mlp");
                }
                var shape = images.shape();
                if (shape[1] % model.patch() != 0 || shape[2] % model.patch() != 0) {
                    throw new InputException("model.patch must divide images of " + shape[1] + " x " + shape[2]
                            + " but was " + model.patch());
                }
                yield task(
                        config,
                        data,
                        stream -> {
                            var net = new VisionTransformer(
                                    model, channels, shape[1], shape[2], classes, precision, stream);
                            return new Network(net, net::forward);
                        },
                        dropout,
                        loss,
                        classes > 1);
            }
            case Decoder.Config model ->
                throw unfit(model, channels == 0 ? "a table" : "images", "mlp, conv-net or vision-transformer");
        };
    }

    private static long pixels(ImageData images) {
        var pixels = 1L;
        for (var size : images.shape()) {
            pixels *= size;
        }
        return pixels;
    }

    private static Terms squaredError(Tensor outputs, Tensor targets) {
        var error = Functional.mseLoss(outputs.squeeze(-1), targets);
        return new Terms(error, error, null);
    }

    private static InputException unfit(ModelConfig model, String data, String fitting) {
        var name = model.getClass().getAnnotation(io.evenkeel.config.Named.class);
        return new InputException("model.type must be " + fitting + " for " + data + " but was "
                + (name == null ? model.getClass().getSimpleName() : name.value()));
    }

    private static Task task(
            RunConfig config,
            Data data,
            Function<RandomStream, Network> networks,
            RandomStream dropout,
            Task.Loss loss,
            boolean countsRight) {
        var validation = data.validation(config.train().batchSize(), VALIDATION_TOKENS);
        Function<RandomStream, Network> reduced = stream -> {
            var network = networks.apply(stream);
            reduce(config, network.model(), stream);
            return network;
        };
        return new Task(reduced, dropout, loss, data, validation, countsRight);
    }
}
