package io.evenkeel.app;

import io.evenkeel.data.fetch.Cache;
import io.evenkeel.studies.Catalogue;
import io.evenkeel.study.Grid;
import io.evenkeel.study.Workshop;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// A process that runs trials for another one: keys on standard input, outcomes on standard output.
@Command(name = "serve", hidden = true, description = "Runs trials for another process.")
final class StudyServe implements Callable<Integer> {
    @Parameters(paramLabel = "ID")
    String id = "";

    @Mixin
    StudyCommand.Size size;

    @Mixin
    Output output;

    @Override
    public Integer call() {
        serve(Grid.of(StudyCommand.study(Catalogue.paper(id)), size.scale()), output);
        return 0;
    }

    static void serve(Grid<?> grid, Output output) {
        grid.serve(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                output.text(),
                new Workshop(Cache.directory()));
    }
}
