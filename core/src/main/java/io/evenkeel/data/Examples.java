package io.evenkeel.data;

import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import java.util.List;

/// A finite collection of training examples, read by number. Safe to use from several threads.
public interface Examples {
    /// How many there are.
    long count();

    /// Reads examples into new tensors.
    Pair read(List<Place> places);

    /// Where an example comes from, without reading it.
    Batch.Origin origin(Place place);

    /// One example.
    ///
    /// @param epoch  the pass over the data, from 0, for collections that cut differently at each
    /// @param number which example, in `[0, count)`
    record Place(long epoch, long number) {}

    /// The inputs and targets of a batch.
    record Pair(Tensor inputs, Tensor targets) {}

    /// Reads a batch with its origins; the batch owns its tensors. Safe on any thread; the batch owns its tensors.
    default Batch batch(List<Place> places) {
        try (var _ = Scope.open()) {
            var pair = read(places);
            return new Batch(
                    pair.inputs().own(),
                    pair.targets().own(),
                    places.stream().map(this::origin).toList());
        }
    }
}
