package io.evenkeel.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.random.RandomStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Running, keeping, judging, showing and verifying a study.
class LaboratoryTest {
    private static final Paper PAPER = new Paper("P01", "coins", "Coins", "chance", "Coins fall.");

    @TempDir
    Path directory;

    private final List<String> log = new ArrayList<>();
    private final Coins study = new Coins(1);

    private Laboratory laboratory() {
        return new Laboratory(directory, 2, null, log::add);
    }

    private Report report(Results results) {
        return Report.of(PAPER, study, Scale.FULL, LocalDate.of(2026, 11, 25), Report.thisMachine(), results);
    }

    /// Two arms of the same configuration are one trial, run once.
    @Test
    void equalConfigurationsAreRunOnce() {
        var session = laboratory().runHere(Grid.of(study, Scale.FULL));
        assertThat(session.isComplete()).isTrue();
        assertThat(session.ran()).isEqualTo(8);
        assertThat(session.results().all()).hasSize(12);
        assertThat(session.results().arm("also fair").numbers("heads"))
                .containsExactly(session.results().arm("fair").numbers("heads"));
        assertThat(log.getLast()).startsWith("8/8");
    }

    @Test
    void whatIsKnownIsNotRunAgain() {
        laboratory().runHere(Grid.of(study, Scale.SMOKE));
        var session = laboratory().runHere(Grid.of(study, Scale.FULL));
        assertThat(session.ran()).isEqualTo(6);
        assertThat(laboratory().runHere(Grid.of(study, Scale.FULL)).ran()).isZero();
        assertThat(laboratory().runHere(Grid.of(new Coins(2), Scale.SMOKE)).ran()).isEqualTo(2);
    }

    @Test
    void aBudgetThatIsUsedUpStartsNothing() {
        var session = new Laboratory(directory, 1, Duration.ZERO, log::add).runHere(Grid.of(study, Scale.SMOKE));
        assertThat(session.unrun()).isEqualTo(2);
        assertThat(session.isComplete()).isFalse();
    }

    @Test
    void aDamagedResultIsRunAgain() throws IOException {
        var grid = Grid.of(study, Scale.SMOKE);
        laboratory().runHere(grid);
        var key = grid.byKey().keySet().iterator().next();
        Files.writeString(directory.resolve("studies/p01/" + key + ".json"), "{\"arm\":");
        assertThat(laboratory().runHere(grid).ran()).isEqualTo(1);
    }

    @Test
    void aTrialThatThrowsIsToldAndTheOthersGoOn() {
        var broken = new Study<Coins.Config>() {
            @Override
            public String id() {
                return "P02";
            }

            @Override
            public int version() {
                return 1;
            }

            @Override
            public Description description() {
                return study.description();
            }

            @Override
            public List<Trial<Coins.Config>> trials(Scale scale) {
                return List.of(
                        Trial.of("bad", 1, new Coins.Config(-1, 1, 1)), Trial.of("good", 1, new Coins.Config(1, 1, 1)));
            }

            @Override
            public Measurements run(Coins.Config config, Workshop workshop) {
                return study.run(config, workshop);
            }

            @Override
            public List<Claim> claims(Results results) {
                return List.of();
            }

            @Override
            public Verdict.Rule rule() {
                return study.rule();
            }

            @Override
            public List<Exhibit> exhibits(Results results) {
                return List.of();
            }
        };
        var session = laboratory().runHere(Grid.of(broken, Scale.FULL));
        assertThat(session.broken()).singleElement().asString().contains("bad seed=1", "no such coin");
        assertThat(session.results().arms()).containsExactly("good");
    }

    /// What a process of its own does, without the process.
    @Test
    void servesKeysLineByLine() {
        var grid = Grid.of(study, Scale.SMOKE);
        var answers = new StringWriter();
        var key = grid.byKey().keySet().iterator().next();
        grid.serve(
                new BufferedReader(new StringReader(key + "\nnonsense\n")),
                new PrintWriter(answers),
                new Workshop(directory));
        var lines = answers.toString().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(Bench.Outcome.of(JsonMapper.shared().readTree(lines.get(0))).measured())
                .isEqualTo(grid.run(key, new Workshop(directory)).measured());
        assertThat(lines.get(1)).contains("error", "no trial has the key nonsense");
    }

    @Test
    void theReportIsAFunctionOfTheTrials() {
        var report = report(laboratory().runHere(Grid.of(study, Scale.FULL)).results());
        assertThat(report.verdict()).isEqualTo(Verdict.PARTLY);
        assertThat(report.headline().id()).isEqualTo("bias");
        assertThat(report.json().path("claims").get(0).path("holds").booleanValue()).isTrue();
        assertThat(report.json().path("verdict").stringValue()).isEqualTo("partly");
    }

    @Test
    void anArchiveGivesBackWhatItGot() {
        var report = report(laboratory().runHere(Grid.of(study, Scale.FULL)).results());
        var archive = Archive.in(directory.resolve("results"));
        assertThat(archive.find(PAPER)).isEmpty();
        assertThat(archive.results(PAPER).all()).isEmpty();
        archive.put(report);
        assertThat(archive.results(PAPER)).isEqualTo(report.results());
        assertThat(archive.find(PAPER).orElseThrow().verdict()).isEqualTo(Verdict.PARTLY);
    }

    @Test
    void aDamagedArchiveIsOneLine() throws IOException {
        var archive = Archive.in(directory);
        Files.createDirectories(directory.resolve("p01"));
        Files.writeString(directory.resolve("p01/trials.jsonl"), "{\"arm\":\n");
        assertThatThrownBy(() -> archive.results(PAPER))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("p01/trials.jsonl cannot be read");
    }

    @Test
    void verifyingFindsWhatWasChanged() {
        var grid = Grid.of(study, Scale.FULL);
        var results = laboratory().runHere(grid).results();
        var archive = Archive.in(directory.resolve("results"));
        archive.put(report(results));
        var stored = archive.find(PAPER).orElseThrow();
        assertThat(verify(stored, report(results), grid).objections()).isEmpty();

        var forged = new Results(results.all().stream()
                .map(run -> new Result(
                        run.arm(), run.factors(), run.seed(), run.key(), run.seconds(), new Measurements().put("heads", 0.7)))
                .toList());
        assertThat(verify(stored, report(forged), grid).objections())
                .hasSize(2)
                .anyMatch(line -> line.contains("stored verdict partly"))
                .anyMatch(line -> line.contains("is stored"));
        assertThat(verify(stored, report(results), Grid.of(new Coins(2), Scale.FULL)).objections())
                .anyMatch(line -> line.contains("0 of 12 trials are in the code's grid"));
    }

    private Verification verify(Report.Stored stored, Report report, Grid<Coins.Config> grid) {
        return Verification.of(stored, report, grid, RandomStream.of(1, "test"), new Workshop(directory), log::add);
    }

    @Test
    void thePageHasItsFigures() {
        var page = new Page(report(laboratory().runHere(Grid.of(study, Scale.FULL)).results())).files();
        assertThat(page).containsOnlyKeys("p01-coins.md", "figures/p01-heads.svg");
        assertThat(page.get("p01-coins.md"))
                .contains("# P01 Coins", "**Partly reproduced**", "(figures/p01-heads.svg)", "a\\|b", "evenkeel study verify P01");
    }

    /// Whoever comes first makes it.
    @Test
    void sharedThingsAreMadeOnce() throws IOException {
        var workshop = new Workshop(directory);
        var config = new Coins.Config(0.5, 1, 1);
        var first = workshop.shared("base-1", config, place -> Files.writeString(place.resolve("a"), "1"));
        var second = workshop.shared("base-1", config, _ -> {
            throw new AssertionError("made twice");
        });
        assertThat(second).isEqualTo(first);
        assertThat(Files.readString(second.resolve("a"))).isEqualTo("1");
    }
}
