package io.evenkeel.data.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import io.evenkeel.data.format.JsonLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DataSetsTest {
    @TempDir
    Path dir;

    @Test
    void namesAreDistinctAndCounted() {
        assertThat(DataSets.list()).extracting(DataSet::name).doesNotHaveDuplicates();
        assertThat(DataSets.list()).allSatisfy(set -> {
            assertThat(set.licence()).isNotBlank();
            assertThat(set.expected().least()).isPositive();
            assertThat(set.target() != null).isEqualTo(set.kind() == DataSet.Kind.TABLE);
        });
        assertThat(DataSets.find("kjv").expected()).hasToString("1189");
    }

    @Test
    void anUnknownNameTellsTheNearest() {
        assertThatThrownBy(() -> DataSets.find("fashon-mnist"))
                .isInstanceOf(InputException.class)
                .hasMessage("set must be one of those of 'evenkeel data list' but was 'fashon-mnist'; the nearest is"
                        + " 'fashion-mnist'");
    }

    @Test
    void fetchesShowsAndFindsAgain() {
        var sets = new DataSets(dir);
        assertThat(sets.show("austen").directory()).isEmpty();
        var said = new ArrayList<String>();
        var place = sets.fetch("austen", said::add);
        assertThat(said)
                .anyMatch(line -> line.contains("licence: public domain"))
                .anyMatch(line -> line.equals("austen: 269 documents read back and counted"));
        var shown = sets.show("austen");
        assertThat(shown.directory()).contains(place);
        assertThat(shown.counts()).isEqualTo(Map.of("documents", 269L, "characters", 4_024_595L));
        assertThat(shown.sample()).startsWith("== sense-and-sensibility 1\nSENSE AND SENSIBILITY");
        said.clear();
        sets.fetch("austen", said::add);
        assertThat(said).singleElement().asString().contains("in the cache already");
    }

    @Test
    void nothingIsLeftOfWhatFails() throws IOException {
        var target = dir.resolve("data/x");
        assertThatThrownBy(() -> Cache.publish(target, filling -> {
                    Files.writeString(filling.resolve("half"), "written");
                    throw new InputException("the rest is missing");
                }))
                .hasMessage("the rest is missing");
        try (var left = Files.list(target.getParent())) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aMissingClientIsOneLine() {
        assertThatThrownBy(() -> Packages.run(dir, "no-such-client", "download"))
                .isInstanceOf(InputException.class)
                .hasMessage("the program no-such-client is needed to fetch this set but is not installed here");
    }

    @Test
    void aFailingClientIsQuoted() {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
        assertThatThrownBy(() -> Packages.run(dir, "/bin/sh", "-c", "echo first >&2; echo no such package >&2; exit 3"))
                .isInstanceOf(InputException.class)
                .hasMessage("/bin/sh -c echo first >&2; echo no such package >&2; exit 3 failed with status 3: no such"
                        + " package");
    }

    @Test
    void theCacheIsWhereTheEnvironmentSays() {
        assertThat(Cache.directory(Map.of("EVENKEEL_CACHE", "c", "XDG_CACHE_HOME", "x"), "h"))
                .isEqualTo(Path.of("c"));
        assertThat(Cache.directory(Map.of("XDG_CACHE_HOME", "x"), "h")).isEqualTo(Path.of("x/evenkeel"));
        assertThat(Cache.directory(Map.of(), "h")).isEqualTo(Path.of("h/.cache/evenkeel"));
    }

    @Test
    void manualPagesBecomeText() {
        assertThat(ManPage.text("""
                .\\" a comment
                .TH ls 1
                .SH "SEE ALSO"
                The \\fBls\\fP\\-like program \\(aqx\\[aq] of \\*(lqA\\*(rq. \\" aside
                .BR printf (3),
                .B two words
                .PP
                End\\&.
                """)).isEqualTo("""
                SEE ALSO

                The ls-like program 'x' of A.
                printf(3),
                two words

                End.
                """);
        assertThat(ManPage.text(".so man3/printf.3\n")).isEmpty();
    }

    static java.util.List<String> names() {
        return DataSets.list().stream().map(DataSet::name).toList();
    }

    /// Sets in the cache of the machine that runs the tests are what they should be.
    @ParameterizedTest
    @MethodSource("names")
    void fetchedSetsHaveWhatTheyShould(String name) {
        var sets = new DataSets(Cache.directory());
        Assumptions.assumeTrue(sets.isFetched(name), name + " is not fetched here");
        var shown = sets.show(name);
        var set = shown.set();
        assertThat(set.expected().holds(shown.counts().getOrDefault(set.kind().unit(), 0L)))
                .isTrue();
        assertThat(shown.sample()).isNotBlank();
        if (set.kind() == DataSet.Kind.TEXT && set.megabytes() < 3) {
            var documents = new int[1];
            JsonLines.read(shown.directory().orElseThrow().resolve("text.jsonl.gz"), "text", _ -> documents[0]++);
            assertThat((long) documents[0]).isEqualTo(shown.counts().get("documents"));
        }
    }
}
