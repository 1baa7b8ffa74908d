package io.evenkeel.app;

import io.evenkeel.InputException;
import io.evenkeel.detect.bench.DetectorBench;
import io.evenkeel.statistic.Proportion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `evenkeel bench detectors`: recall and false alarms of every rule.
@Command(
        name = "detectors",
        description = "Recall, false alarms and lead of every detector, of the verdict, and of published rules, "
                + "on runs with injected faults and, where LOGS is given, on labelled logs of real runs. "
                + "Real runs are split by submission into a half that thresholds were read off (tune) and "
                + "one that they were not (test).")
final class BenchDetectors implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "LOGS",
            description = "Directory with algoperf_runs.csv.gz, algoperf_index.csv and the moddednanogpt files.")
    @Nullable
    Path logs;

    @Option(
            names = "--injected",
            paramLabel = "N",
            description = "Synthetic runs of each fault, four times as many without; default: ${DEFAULT-VALUE}.")
    int injected = DetectorBench.Options.defaults().injectedEach();

    @Mixin
    Output output;

    @Override
    public Integer call() {
        if (logs != null && !Files.isDirectory(logs)) {
            throw new InputException("LOGS must be a directory but was " + logs);
        }
        if (injected < 0 || logs == null && injected == 0) {
            throw new InputException("--injected must be >= " + (logs == null ? 1 : 0) + " but was " + injected);
        }
        var rows = DetectorBench.run(logs, new DetectorBench.Options(injected));
        output.result(DetectorBench.table(rows).stripTrailing());
        var document = new LinkedHashMap<String, Object>();
        document.put("bench", "detectors");
        document.put("rows", rows.stream().map(BenchDetectors::json).toList());
        document.put("peer", null);
        output.document(document);
        return 0;
    }

    private static Map<String, @Nullable Object> json(DetectorBench.Row row) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("rule", row.rule());
        json.put("runs", row.runs());
        json.put("caught", json(row.caught()));
        json.put("alarmed", json(row.alarmed()));
        json.put("alarmsPer1000Points", finite(row.alarmsPer1000()));
        json.put("medianLeadPoints", finite(row.medianLeadPoints()));
        json.put("medianLeadShare", finite(row.medianLeadShare()));
        json.put("medianDelayPoints", finite(row.medianDelayPoints()));
        return json;
    }

    /// A share with its 95 % Wilson interval.
    private static Map<String, @Nullable Object> json(Proportion share) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("runs", share.successes());
        json.put("of", share.trials());
        json.put("share", finite(share.share()));
        json.put("low", share.low());
        json.put("high", share.high());
        return json;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
