package io.evenkeel.log;

import io.evenkeel.metric.Readings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Stands before a visitor when a source that was written anew is read again from its beginning: what the visitor was
/// given before is left out, each run keeps its listener.
///
/// Of a step that was given when it was not yet complete only the series that were added are given.
final class Resumed implements RunVisitor {
    private final Map<String, Run> runs = new HashMap<>();
    private RunVisitor visitor;

    Resumed(RunVisitor visitor) {
        this.visitor = visitor;
    }

    void visitor(RunVisitor changed) {
        visitor = changed;
    }

    /// The source is read from its beginning again.
    void again() {
        runs.values().forEach(run -> run.at = 0);
    }

    @Override
    public RunListener run(RunInfo info) {
        return runs.computeIfAbsent(info.id(), _ -> new Run(visitor.run(info)));
    }

    @Override
    public void warning(String message) {
        visitor.warning(message);
    }

    private static final class Run implements RunListener {
        private final RunListener listener;
        private long given;
        private long at;
        private @Nullable Readings latest;

        Run(RunListener listener) {
            this.listener = listener;
        }

        private void next(Consumer<RunListener> call) {
            if (at++ >= given) {
                given = at;
                call.accept(listener);
            }
        }

        @Override
        public void readings(Readings readings) {
            var before = latest;
            if (at < given - 1) {
                at++;
            } else if (at == given - 1 && before != null && before.step() == readings.step()) {
                at++;
                var added = new Readings(readings.step(), readings.wallSeconds());
                readings.forEach((series, value) -> {
                    if (!before.has(series)) {
                        added.put(series, value);
                    }
                });
                if (added.size() > 0) {
                    listener.readings(added);
                }
                latest = readings;
            } else {
                next(to -> to.readings(readings));
                latest = readings;
            }
        }

        @Override
        public void restarted(long step) {
            next(to -> to.restarted(step));
        }

        @Override
        public void collective(Collective collective) {
            next(to -> to.collective(collective));
        }

        @Override
        public void progress(CollectiveProgress progress) {
            next(to -> to.progress(progress));
        }

        @Override
        public void task(WorkerTask task) {
            next(to -> to.task(task));
        }

        @Override
        public void heartbeat(Heartbeat heartbeat) {
            listener.heartbeat(heartbeat);
        }

        @Override
        public void caughtUp(RunInfo info) {
            listener.caughtUp(info);
        }
    }
}
