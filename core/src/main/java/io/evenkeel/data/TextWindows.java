package io.evenkeel.data;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Windows of `context + 1` tokens side by side over a stretch of a token file: the first `context` are the inputs, the
/// last `context` the targets. A window may reach from one document into the next.
///
/// With a stream, each epoch begins its windows at another offset below `context`, so that no token keeps its place; at
/// most one window an epoch is lost to that.
final class TextWindows implements Examples {
    private final TokenFile file;
    private final long first;
    private final int context;
    private final long count;
    private final int room;
    private final @Nullable RandomStream offsets;
    private final @Nullable RepeatedNgrams repeats;

    /// @param first  the first token of the stretch
    /// @param tokens its length, more than `context`
    TextWindows(
            TokenFile file,
            long first,
            long tokens,
            int context,
            @Nullable RandomStream offsets,
            @Nullable RepeatedNgrams repeats) {
        this.file = file;
        this.first = first;
        this.context = context;
        this.count = offsets == null ? (tokens - 1) / context : Math.max(1, tokens / context - 1);
        this.room = (int) Math.min(context, tokens - count * context);
        this.offsets = offsets;
        this.repeats = repeats;
    }

    @Override
    public long count() {
        return count;
    }

    private long start(Place place) {
        var offset =
                offsets == null ? 0 : offsets.split("offset " + place.epoch()).nextInt(room);
        return first + offset + place.number() * context;
    }

    @Override
    public Pair read(List<Place> places) {
        var inputs = Tensors.empty(DType.INT64, places.size(), context); // [B, T]
        var targets = Tensors.empty(DType.INT64, places.size(), context); // [B, T]
        var in = inputs.memory();
        var out = targets.memory();
        for (var row = 0; row < places.size(); row++) {
            var start = start(places.get(row));
            var at = (long) row * context;
            long token = file.token(start);
            for (var i = 0; i < context; i++) {
                in.setAtIndex(ValueLayout.JAVA_LONG, at + i, token);
                token = file.token(start + i + 1);
                out.setAtIndex(ValueLayout.JAVA_LONG, at + i, token);
            }
            if (repeats != null) {
                repeats.ignore(in, out, row, context);
            }
        }
        return new Pair(inputs, targets);
    }

    @Override
    public Batch.Origin origin(Place place) {
        var start = start(place);
        var document = file.documentOf(start);
        return new Batch.Origin(file.name(document), start - file.firstToken(document));
    }
}
