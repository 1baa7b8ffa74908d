package io.evenkeel.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ShuffledBatchesTest {
    private static final long COUNT = 23;

    /// Example `n` is the number `n`.
    private static class Numbers implements Examples {
        @Override
        public long count() {
            return COUNT;
        }

        @Override
        public Pair read(List<Place> places) {
            var numbers = places.stream().mapToLong(Place::number).toArray();
            return new Pair(Tensors.of(numbers, numbers.length, 1), Tensors.of(numbers, numbers.length, 1));
        }

        @Override
        public Batch.Origin origin(Place place) {
            return new Batch.Origin("epoch " + place.epoch(), place.number());
        }
    }

    private static ShuffledBatches source(int batchSize, Partition partition) {
        return new ShuffledBatches(new Numbers(), batchSize, RandomStream.of(5, "order"), partition);
    }

    private static List<Long> take(BatchSource source) {
        try (var batch = source.next()) {
            return LongStream.of(batch.inputs().toLongs()).boxed().toList();
        }
    }

    private static List<Long> straight(int batches, int batchSize) {
        var order = new ArrayList<Long>();
        try (var source = source(batchSize, Partition.WHOLE)) {
            for (var i = 0; i < batches; i++) {
                order.addAll(take(source));
            }
        }
        return order;
    }

    @Test
    void everyPassHasEveryExampleInAnotherOrder() {
        var order = straight(23, 4);
        var all = LongStream.range(0, COUNT).boxed().toList();
        for (var epoch = 0; epoch < 4; epoch++) {
            assertThat(order.subList(epoch * 23, epoch * 23 + 23)).containsExactlyInAnyOrderElementsOf(all);
        }
        assertThat(order.subList(0, 23)).isNotEqualTo(order.subList(23, 46));
        assertThat(order.subList(0, 23)).isNotEqualTo(all);
    }

    @Test
    void theOrderDoesNotDependOnTheBatchSize() {
        assertThat(straight(12, 4)).isEqualTo(straight(6, 8)).isEqualTo(straight(48, 1));
    }

    @Test
    void anyInterleavingOfNextAndSeekGivesTheStraightOrder() {
        var order = straight(60, 4);
        var random = RandomStream.of(6, "moves");
        try (var source = source(4, Partition.WHOLE)) {
            for (var move = 0; move < 300; move++) {
                if (random.nextInt(3) == 0) {
                    source.seek(random.nextInt(200));
                }
                var position = (int) source.position();
                if (position > 230) {
                    source.seek(0);
                    continue;
                }
                assertThat(take(source)).isEqualTo(order.subList(position, position + 4));
                assertThat(source.position()).isEqualTo(position + 4);
            }
        }
    }

    @Test
    void originsAreKnownWithoutReading() {
        try (var source = source(4, Partition.WHOLE)) {
            for (var i = 0; i < 20; i++) {
                var position = source.position();
                try (var batch = source.next()) {
                    for (var row = 0; row < 4; row++) {
                        assertThat(batch.origins().get(row)).isEqualTo(source.origin(position + row));
                        assertThat(batch.origins().get(row).offset())
                                .isEqualTo(batch.inputs().toLongs()[row]);
                    }
                }
            }
        }
    }

    @Test
    void workersTogetherReadTheBatchesOfOne() {
        var order = straight(15, 8);
        for (var world : new int[] {1, 2, 4}) {
            var sources = new ArrayList<ShuffledBatches>();
            for (var rank = 0; rank < world; rank++) {
                sources.add(source(8, new Partition(rank, world)));
            }
            var joined = new ArrayList<Long>();
            for (var i = 0; i < 15; i++) {
                for (var source : sources) {
                    joined.addAll(take(source));
                }
            }
            assertThat(joined).as("%d workers", world).isEqualTo(order);
            assertThat(sources).allMatch(source -> source.position() == 120);
            sources.forEach(ShuffledBatches::close);
        }
        assertThatThrownBy(() -> source(6, new Partition(0, 4)))
                .hasMessage("batchSize must be a positive multiple of the 4 worker(s) but was 6");
    }

    @Test
    void batchesOutliveTheScopeTheyWereTakenIn() {
        try (var source = source(4, Partition.WHOLE)) {
            Batch batch;
            try (var _ = Scope.open()) {
                batch = source.next();
            }
            assertThat(batch.inputs().isClosed()).isFalse();
            batch.close();
            assertThat(batch.inputs().isClosed()).isTrue();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("evenkeel-data"))
                .count();
    }

    @Test
    void theThreadEndsWithClose() {
        var before = threads();
        var source = source(4, Partition.WHOLE);
        assertThat(threads()).isEqualTo(before);
        take(source);
        assertThat(threads()).isEqualTo(before + 1);
        source.close();
        source.close();
        assertThat(threads()).isEqualTo(before);
        assertThatThrownBy(source::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatFailsOnTheThreadIsThrownToTheCaller() {
        var failing = new Numbers() {
            @Override
            public Pair read(List<Place> places) {
                if (places.getFirst().epoch() > 0) {
                    throw new IllegalStateException("no more");
                }
                return super.read(places);
            }
        };
        try (var source = new ShuffledBatches(failing, 23, RandomStream.of(1, "x"), Partition.WHOLE)) {
            assertThat(take(source)).hasSize(23);
            assertThatThrownBy(source::next).hasMessage("no more");
            assertThatThrownBy(source::next).hasMessage("no more");
            source.seek(0);
            assertThat(take(source)).hasSize(23);
        }
    }
}
