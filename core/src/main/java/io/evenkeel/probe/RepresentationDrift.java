package io.evenkeel.probe;

import io.evenkeel.data.Batch;
import io.evenkeel.metric.Readings;
import io.evenkeel.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// How much representations changed since the last checkpoint: [Cka#linear] of the residual stream of each block on the
/// same examples, which are the first that the run showed at a checkpoint. 1: the same up to rotation and scale.
final class RepresentationDrift implements Probe.Checkpoint {
    private static final long MAX_EXAMPLES = 8;
    private static final long MAX_ROWS = 512;
    private static final String INPUTS = "inputs";
    private static final String TARGETS = "targets";
    private static final String BLOCK = "residual/";

    private static final About ABOUT = new About(
            "representation-drift",
            "similarity of each block's representation to the one at the last checkpoint",
            1,
            false,
            List.of("drift/cka/*"));

    private final TensorState kept = new TensorState();
    private final List<Batch.Origin> origins = new ArrayList<>();

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public void measure(StepView view, Readings readings) {
        Evaluation.observe(view, examples(view), (module, what, value) -> {
            if (what.equals(Observed.RESIDUAL)) {
                compare(module, sample(Observed.rows(value)), readings);
            }
        });
    }

    private Batch examples(StepView view) {
        var inputs = kept.get(INPUTS);
        var targets = kept.get(TARGETS);
        if (inputs == null || targets == null) {
            var first = view.batches().getFirst();
            var part = GradientNoise.part(first, 0, Math.min(MAX_EXAMPLES, first.size()));
            kept.put(INPUTS, part.inputs());
            kept.put(TARGETS, part.targets());
            origins.addAll(part.origins());
            return examples(view);
        }
        return new Batch(inputs, targets, origins);
    }

    /// At most [#MAX_ROWS] rows, evenly spread.
    private static Tensor sample(Tensor rows) {
        var step = (rows.size(0) + MAX_ROWS - 1) / MAX_ROWS;
        return rows.slice(0, 0, rows.size(0), step);
    }

    private void compare(String module, Tensor now, Readings readings) {
        var before = kept.get(BLOCK + module);
        if (before != null) {
            readings.put("drift/cka/" + module, Cka.linear(before, now));
        }
        // What is not finite is read above as NaN, and must not blind the next comparison.
        if (now.isfinite().all().item() != 0) {
            kept.put(BLOCK + module, now);
        }
    }

    @Override
    public JsonNode state() {
        var state = JsonNodeFactory.instance.objectNode();
        state.set("tensors", kept.layout());
        var list = state.putArray("origins");
        origins.forEach(
                origin -> list.addObject().put("document", origin.document()).put("offset", origin.offset()));
        return state;
    }

    @Override
    public void restore(JsonNode state) {
        kept.restore(state.path("tensors"));
        origins.clear();
        state.path("origins")
                .forEach(origin -> origins.add(new Batch.Origin(
                        origin.path("document").asString(),
                        origin.path("offset").asLong())));
    }

    @Override
    public Map<String, Tensor> tensors() {
        return kept.tensors();
    }

    @Override
    public void close() {
        kept.close();
    }
}
