package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.nn.Sampler;
import io.evenkeel.train.SavedModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel sample RUN`.
@Command(name = "sample", description = "Lets a trained language model continue a text.")
final class SampleCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "Directory of the run.")
    Path run = Path.of("");

    @Option(names = "--prompt", description = "Text to continue; default: none.")
    String prompt = "";

    @Option(names = "--tokens", description = "How many tokens; default: ${DEFAULT-VALUE}.")
    int tokens = 300;

    @Option(
            names = "--temperature",
            description = "Divides the logits; 0 takes the likeliest token; default: ${DEFAULT-VALUE}.")
    double temperature = 0.8;

    @Option(names = "--top-k", description = "Draw from the K likeliest tokens only.")
    @Nullable
    Integer topK;

    @Option(names = "--top-p", description = "Draw from the likeliest tokens that reach this probability together.")
    @Nullable
    Double topP;

    @Option(names = "--seed", description = "Which draw; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(
            names = "--checkpoint",
            paramLabel = "STEP",
            description = "Which checkpoint; default: the newest valid one.")
    @Nullable
    Long step;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        try (var model = SavedModel.open(run, step, output.text()::println)) {
            var text = model.sample(prompt, tokens, config(), seed);
            output.result(prompt + text);
            output.document(Map.of("run", run.toString(), "step", model.step(), "prompt", prompt, "text", text));
            return 0;
        }
    }

    private Sampler.Config config() {
        try {
            return new Sampler.Config(temperature, topK, topP);
        } catch (IllegalArgumentException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        }
    }
}
