package io.evenkeel.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.detect.EventKind;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerGroupTest {
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    private final List<WorkerGroup.Eviction> evictions = new ArrayList<>();

    private WorkerGroup group(int workers) {
        return new WorkerGroup(workers, 1, HEARTBEAT, evictions::add);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException("evicted", e);
        }
    }

    private static List<Integer> step(WorkerGroup group, long step, WorkerGroup.Part<Integer> part) {
        var results = new ArrayList<Integer>();
        group.run(step, 4, part, results::add);
        return results;
    }

    @Test
    void resultsComeInTheOrderOfPartsHoweverLongEachTakes() {
        try (var group = group(4)) {
            for (var step = 1; step <= 20; step++) {
                assertThat(step(group, step, (index, _, _) -> {
                            pause((7L * index) % 4);
                            return index;
                        }))
                        .containsExactly(0, 1, 2, 3);
            }
            var readings = new Readings(1, 0);
            group.addTo(readings);
            assertThat(readings.size()).isEqualTo(4);
            assertThat(readings.has(SeriesNames.WORKER_STEP_MILLIS + "/3")).isTrue();
        }
        assertThat(evictions).isEmpty();
    }

    @Test
    void aWorkerThatHangsIsNamedWithItsCallWithinTwoHeartbeatsAndLeftOut() {
        try (var group = group(4)) {
            for (var step = 1; step <= 200; step++) {
                step(group, step, (index, _, _) -> {
                    pause(3);
                    return index;
                });
            }
            var start = System.nanoTime();
            var results = step(group, 201, (index, rank, calls) -> {
                calls.accept("backward");
                if (rank == 2) {
                    pause(60_000);
                }
                return index;
            });
            var heartbeats = (System.nanoTime() - start) / (double) HEARTBEAT.toNanos();
            assertThat(results).containsExactly(0, 1, 2, 3);
            assertThat(evictions).hasSize(1);
            var eviction = evictions.getFirst();
            assertThat(eviction.rank()).isEqualTo(2);
            assertThat(eviction.call()).isEqualTo("backward");
            assertThat(eviction.event()).isNotNull();
            assertThat(eviction.event().kind()).isEqualTo(EventKind.HANG);
            assertThat(heartbeats).isLessThan(2.5);
            assertThat(group.size()).isEqualTo(3);
            assertThat(step(group, 202, (index, rank, _) -> rank == 2 ? -1 : index))
                    .containsExactly(0, 1, 2, 3);
        }
    }

    @Test
    void aWorkerThatFailsIsLeftOutAndItsPartDoneByAnother() {
        try (var group = group(3)) {
            assertThat(step(group, 1, (index, rank, _) -> {
                        if (rank == 1) {
                            throw new IllegalStateException("memory of rank 1 is broken");
                        }
                        return index;
                    }))
                    .containsExactly(0, 1, 2, 3);
            assertThat(evictions).extracting(WorkerGroup.Eviction::rank).containsExactly(1);
            assertThat(evictions.getFirst().error()).hasMessageContaining("broken");
            assertThat(group.size()).isEqualTo(2);
        }
    }

    @Test
    void whatFailsOnEveryWorkerIsTheProgramsFault() {
        try (var group = group(3)) {
            assertThatThrownBy(() -> step(group, 1, (_, _, _) -> {
                        throw new IllegalArgumentException("shapes differ");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("fails on every worker")
                    .hasMessageContaining("shapes differ");
        }
    }

    @Test
    void aLongPauseBetweenStepsIsNoHang() {
        try (var group = group(2)) {
            for (var step = 1; step <= 30; step++) {
                step(group, step, (index, _, _) -> index);
            }
            pause(3 * HEARTBEAT.toMillis());
            assertThat(step(group, 31, (index, _, _) -> {
                        pause(2);
                        return index;
                    }))
                    .containsExactly(0, 1, 2, 3);
        }
        assertThat(evictions).isEmpty();
    }
}
