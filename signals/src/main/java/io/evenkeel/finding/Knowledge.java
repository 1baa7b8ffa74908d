package io.evenkeel.finding;

import io.evenkeel.detect.EventKind;
import io.evenkeel.finding.Finding.Cause;
import io.evenkeel.finding.Finding.Remedy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What each kind of finding means, what may be behind it, what to try, and what one would want to see to be sure: all
/// in `knowledge.json`, from which `docs/reference/findings.md` is generated.
///
/// Causes are ordered by a prior and by what the run's recent past says for and against them ([Clue]); they are never
/// read off messages in a log.
final class Knowledge {
    private static final Contents CONTENTS = read();

    private Knowledge() {}

    /// @param findings by label of the kind
    /// @param remedies by the names that findings list them by
    private record Contents(Map<String, Entry> findings, Map<String, Remedy> remedies) {}

    /// A series that would make a finding surer.
    record Wanted(String series, String words) {}

    /// A possible cause.
    ///
    /// @param prior         its weight without any clue
    /// @param speaksFor     what adds to it
    /// @param speaksAgainst what takes from it
    record CauseRule(String text, double prior, List<Clue> speaksFor, List<Clue> speaksAgainst) {
        double weight(Facts facts) {
            return prior
                    + 0.5 * found(speaksFor, facts).size()
                    - 0.5 * found(speaksAgainst, facts).size();
        }

        Cause in(Facts facts) {
            return new Cause(text, found(speaksFor, facts), found(speaksAgainst, facts));
        }

        private static List<String> found(List<Clue> clues, Facts facts) {
            return clues.stream()
                    .map(clue -> clue.in(facts))
                    .flatMap(Optional::stream)
                    .toList();
        }
    }

    /// All about a kind.
    ///
    /// @param meaning  in one sentence
    /// @param rule     when it is told, with the default thresholds
    /// @param source   where these come from
    /// @param wanted   series that would make it surer
    /// @param causes   possible causes
    /// @param remedies what to try, in order, by name
    record Entry(
            String meaning,
            String rule,
            String source,
            List<Wanted> wanted,
            List<CauseRule> causes,
            List<String> remedies) {
        List<Cause> causes(Facts facts) {
            return causes.stream()
                    .sorted(Comparator.comparingDouble((CauseRule rule) -> -rule.weight(facts)))
                    .map(rule -> rule.in(facts))
                    .toList();
        }

        List<String> missing(Facts facts) {
            return wanted.stream()
                    .filter(series -> !facts.has(series.series()))
                    .map(Wanted::words)
                    .toList();
        }
    }

    static Entry of(EventKind kind) {
        return Objects.requireNonNull(CONTENTS.findings().get(kind.label()), kind.label());
    }

    /// What to try about a kind, in order.
    static List<Remedy> remedies(EventKind kind) {
        return of(kind).remedies().stream()
                .map(name -> Objects.requireNonNull(CONTENTS.remedies().get(name), name))
                .toList();
    }

    private static Contents read() {
        var mapper = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        try (var json = Objects.requireNonNull(Knowledge.class.getResourceAsStream("knowledge.json"))) {
            return mapper.readValue(json, Contents.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
