package io.evenkeel.studies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.fetch.Cache;
import io.evenkeel.study.Archive;
import io.evenkeel.study.Claim;
import io.evenkeel.study.Grid;
import io.evenkeel.study.Laboratory;
import io.evenkeel.study.Page;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Report;
import io.evenkeel.study.Results;
import io.evenkeel.study.Scale;
import io.evenkeel.study.Study;
import io.evenkeel.study.Trial;
import io.evenkeel.study.Verdict;
import io.evenkeel.study.Workshop;
import io.evenkeel.train.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every study of the catalogue owes.
class CatalogueTest {
    private static final Path SOURCES = Path.of("src/main/java/io/evenkeel/studies");
    private static final Path TESTS = Path.of("src/test/java/io/evenkeel/studies");
    private static final double SMOKE_SECONDS = 60;

    @TempDir
    static Path cache;

    /// Sets of data that were fetched are found there too.
    @BeforeAll
    static void sets() throws IOException {
        var fetched = Cache.directory().resolve("data");
        if (Files.isDirectory(fetched)) {
            Files.createSymbolicLink(cache.resolve("data"), fetched);
        }
    }

    static List<Study<?>> studies() {
        return Catalogue.studies();
    }

    @Test
    void everyPaperOnce() {
        var papers = Catalogue.papers();
        assertThat(papers).hasSize(87);
        for (var i = 0; i < papers.size(); i++) {
            assertThat(papers.get(i).id()).isEqualTo(String.format(Locale.ROOT, "P%02d", i + 1));
        }
        assertThat(papers.stream().map(Paper::slug)).doesNotHaveDuplicates().allMatch(slug -> slug.matches("[a-z0-9-]+"));
        assertThat(papers).allSatisfy(paper -> {
            assertThat(paper.title()).isNotBlank();
            assertThat(paper.summary()).isNotBlank().endsWith(".");
        });
    }

    @Test
    void papersHaveSeveralNames() {
        var peri = Catalogue.paper("P34");
        assertThat(List.of("p34", "34", "peri-ln", "Peri-LN", "P34")).allSatisfy(name -> assertThat(Catalogue.paper(name))
                .isEqualTo(peri));
        assertThat(Catalogue.paper("3").id()).isEqualTo("P03");
        assertThatThrownBy(() -> Catalogue.paper("P88"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("paper must be P01 to P87 or a short name such as peri-ln but was P88");
    }

    @Test
    void studiesAreInOrder() {
        assertThat(studies().stream().map(Study::id)).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("studies")
    void paperAndCodeNameEachOther(Study<?> study) throws IOException {
        var directory = Catalogue.paper(study.id()).directory();
        assertThat(study.getClass().getPackageName()).isEqualTo("io.evenkeel.studies." + directory);
        var source = SOURCES.resolve(directory).resolve(study.getClass().getSimpleName() + ".java");
        assertThat(Files.readString(source)).contains("/// @paper " + study.id());
        try (var tests = Files.list(TESTS.resolve(directory))) {
            assertThat(tests.map(Path::toString)).as("reference checks").anyMatch(name -> name.endsWith("Test.java"));
        }
    }

    @ParameterizedTest
    @MethodSource("studies")
    void whatItTellsIsComplete(Study<?> study) {
        var about = study.description();
        assertThat(about.mechanism()).hasSizeBetween(3, 7);
        assertThat(about.setup()).isNotBlank();
        assertThat(about.deviations()).isNotEmpty();
        assertThat(study.claims(new Results(List.of())).stream().map(Claim::id))
                .doesNotHaveDuplicates()
                .contains(about.headline());
        ConfigReader.read(about.usage(), study.id() + " usage", List.of(), RunConfig.defaults());
    }

    /// Nothing measured, nothing known: neither for nor against.
    @ParameterizedTest
    @MethodSource("studies")
    void withoutTrialsItCannotTell(Study<?> study) {
        var none = new Results(List.of());
        assertThat(study.claims(none)).allSatisfy(claim -> assertThat(claim.holds()).as(claim.id()).isNull());
        assertThat(study.rule().on(study.claims(none))).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @ParameterizedTest
    @MethodSource("studies")
    void trialsOfTheSameNameAreTheSame(Study<?> study) {
        check(study);
    }

    private static <C extends Record> void check(Study<C> study) {
        for (var scale : Scale.values()) {
            var trials = study.trials(scale);
            assertThat(trials).isNotEmpty();
            assertThat(trials.stream().map(Trial::toString).toList())
                    .as("names of trials")
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @MethodSource("studies")
    void smokeRunsAndShowsAndRepeats(Study<?> study) {
        smoke(study);
    }

    private static <C extends Record> void smoke(Study<C> study) {
        var grid = Grid.of(study, Scale.SMOKE);
        var session = new Laboratory(cache, 1, null, _ -> {}).runHere(grid);
        session.broken().forEach(reason -> Assumptions.assumeFalse(reason.contains("must be fetched first"), reason));
        assertThat(session.broken()).isEmpty();
        var results = session.results();
        assertThat(results.all()).hasSameSizeAs(study.trials(Scale.SMOKE));
        var report = Report.of(
                Catalogue.paper(study.id()), study, Scale.SMOKE, LocalDate.EPOCH, Report.thisMachine(), results);
        assertThat(report.seconds()).isLessThan(SMOKE_SECONDS);
        assertThat(new Page(report).files().firstEntry().getValue()).contains("## Claims", study.id());

        var trial = study.trials(Scale.SMOKE).getFirst();
        assertThat(study.run(trial.config(), new Workshop(cache))).isEqualTo(results.all().getFirst().measured());
    }

    /// What was found, as it comes with the program, follows from its trials by the code as it is.
    @ParameterizedTest
    @MethodSource("studies")
    void storedResultsAreThoseOfTheCode(Study<?> study) {
        stored(study);
    }

    private static <C extends Record> void stored(Study<C> study) {
        var paper = Catalogue.paper(study.id());
        var stored = Archive.bundled().find(paper);
        if (stored.isEmpty()) {
            return;
        }
        var found = stored.get();
        var results = Archive.bundled().results(paper);
        var report = Report.of(paper, study, found.scale(), found.date(), found.machine(), results);
        assertThat(report.json()).isEqualTo(found.document());
        var keys = study.trials(found.scale()).stream().map(trial -> trial.key(study)).collect(Collectors.toSet());
        assertThat(new HashSet<>(results.all().stream().map(run -> run.key()).toList())).isEqualTo(keys);
    }

    /// Run with `-Devenkeel.write=true` to write them anew.
    @Test
    void pagesAreUpToDate() throws IOException {
        var pages = Path.of("../docs/studies");
        Assumptions.assumeTrue(Files.isDirectory(Path.of("../docs")), "not in a checkout");
        for (var file : StudyPages.files(Archive.bundled()).entrySet()) {
            var path = pages.resolve(file.getKey());
            if (Boolean.getBoolean("evenkeel.write")) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
            assertThat(path).content().as(file.getKey()).isEqualTo(file.getValue());
        }
    }
}
