package io.evenkeel.train;

import io.evenkeel.data.Batch;
import io.evenkeel.detect.EventKind;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Parameters;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.worker.WorkerGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The gradients of a micro-batch by several workers: each takes a share of its examples through a replica of the model
/// that shares the weights and has gradients of its own. The shares are added in their order, so results do not depend
/// on which worker was faster, nor on how many are left.
///
/// Statistics of batch normalisation are those of a share; the running ones are taken from the first.
final class DataParallel implements AutoCloseable {
    /// Kind of the event that a worker was left out.
    static final String EVICT = "evict";

    private final TrainingState state;
    private final Journal journal;
    private final Interventions interventions;
    private final int shares;
    private final WorkerGroup group;
    private final List<Replica> replicas = new ArrayList<>();

    /// A model of one worker.
    private record Replica(Task.Network network, Parameters parameters, Map<String, Tensor> buffers) {}

    /// @param threads of one operation inside a worker
    DataParallel(TrainConfig config, int threads, TrainingState state, Journal journal, Interventions interventions) {
        this.state = state;
        this.journal = journal;
        this.interventions = interventions;
        this.shares = config.workers();
        for (var rank = 0; rank < shares; rank++) {
            var network = state.task.replica(state.streams.stream("dropout/" + rank));
            var buffers = new LinkedHashMap<String, Tensor>();
            var parameters = state.parameters.shareWith(network.model());
            network.model().forEachBuffer(buffers::put);
            replicas.add(new Replica(network, parameters, buffers));
        }
        this.group = new WorkerGroup(shares, threads, config.heartbeat(), this::evicted);
    }

    /// Adds the gradients of a micro-batch to those of the step.
    ///
    /// @param position of its first example
    /// @param weight   what its mean loss counts in the step
    StepLosses run(long step, long position, Batch batch, double weight) {
        state.fullPrecision()
                .forEach(module -> replicas.forEach(replica -> replica.network().raisePrecision(module)));
        giveBuffers();
        var size = batch.size() / shares;
        var sum = new StepLosses[] {StepLosses.ZERO};
        group.run(
                step,
                shares,
                (index, rank, calls) -> {
                    interventions.beforeShare(step, rank);
                    var start = System.nanoTime();
                    var losses = share(step, position, batch, index, size, rank, weight / shares, calls);
                    interventions.afterShare(step, rank, System.nanoTime() - start);
                    return new Share(rank, index, losses);
                },
                share -> sum[0] = sum[0].plus(add(share), 1.0 / shares));
        return sum[0];
    }

    private record Share(int rank, int index, StepLosses losses) {}

    private StepLosses share(
            long step,
            long position,
            Batch batch,
            int index,
            long size,
            int rank,
            double weight,
            Consumer<String> calls) {
        var replica = replicas.get(rank);
        try (var _ = Scope.open()) {
            calls.accept("forward");
            replica.parameters().zeroGradients();
            var from = index * size;
            var part = new Batch(
                    batch.inputs().narrow(0, from, size),
                    batch.targets().narrow(0, from, size),
                    batch.origins().subList((int) from, (int) (from + size)));
            var terms = state.task.loss(replica.network(), part);
            var total = interventions.loss(step, position + from, terms.total());
            calls.accept("backward");
            total.mul(weight).backward();
            return StepLosses.of(total, terms);
        }
    }

    /// Takes over what a share has found, before its worker computes another.
    private StepLosses add(Share share) {
        var replica = replicas.get(share.rank());
        try (var _ = Autograd.noGrad()) {
            state.parameters.gradients().add_(replica.parameters().gradients());
            if (share.index() == 0) {
                state.task
                        .model()
                        .forEachBuffer((name, buffer) -> copy(replica.buffers().get(name), buffer));
            }
        }
        return share.losses();
    }

    private void giveBuffers() {
        if (replicas.getFirst().buffers().isEmpty()) {
            return;
        }
        try (var _ = Autograd.noGrad()) {
            state.task
                    .model()
                    .forEachBuffer((name, buffer) -> replicas.forEach(
                            replica -> copy(buffer, replica.buffers().get(name))));
        }
    }

    private static void copy(@Nullable Tensor from, @Nullable Tensor to) {
        if (from != null && to != null) {
            to.copy_(from);
        }
    }

    private void evicted(WorkerGroup.Eviction eviction) {
        if (eviction.event() != null) {
            journal.event(eviction.event());
        }
        var reason = eviction.error() == null ? "hangs in " + eviction.call() : "failed: " + eviction.error();
        var details = JsonMapper.shared().createObjectNode();
        details.put("rank", eviction.rank()).put("call", eviction.call()).put("left", group.size());
        journal.note(
                eviction.step(),
                EVICT,
                "worker " + eviction.rank() + " " + reason + " (" + EventKind.HANG.label() + " of step "
                        + eviction.step() + "); going on with " + group.size() + " of " + shares + " workers",
                details);
    }

    /// The times of the workers, for the step's readings.
    void addTo(Readings readings) {
        group.addTo(readings);
    }

    /// A worker that hangs may still use its replica, which is left to it.
    @Override
    public void close() {
        group.close();
        if (group.size() == shares) {
            replicas.forEach(replica -> replica.parameters().close());
        }
    }
}
