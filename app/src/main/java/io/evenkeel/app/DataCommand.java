package io.evenkeel.app;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.evenkeel.data.fetch.Cache;
import io.evenkeel.data.fetch.DataSet;
import io.evenkeel.data.fetch.DataSets;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `evenkeel data list|fetch|show`.
@Command(
        name = "data",
        description = "Data sets by name: list them, fetch one into the cache, look at one.",
        subcommands = {DataCommand.ListSets.class, DataCommand.Fetch.class, DataCommand.Show.class})
final class DataCommand extends CommandGroup {
    /// `evenkeel data list`.
    @Command(name = "list", description = "Lists the data sets: what each is, its licence, whether it is here.")
    static final class ListSets implements Callable<Integer> {
        @Mixin
        Output output;

        @Override
        public Integer call() {
            var sets = new DataSets(Cache.directory());
            var rows = new ArrayList<Row>();
            for (var set : DataSets.list()) {
                var fetched = sets.isFetched(set.name());
                rows.add(new Row(set, fetched));
                output.result(String.format(
                        Locale.ROOT,
                        "%-16s %-7s %6.1f MB  %-8s %s (%s)",
                        set.name(),
                        set.kind().name().toLowerCase(Locale.ROOT),
                        set.megabytes(),
                        fetched ? "fetched" : "",
                        set.about(),
                        set.licence()));
            }
            output.document(rows);
            return 0;
        }

        /// @param set     what is known of it
        /// @param fetched whether it is in the cache
        record Row(@JsonUnwrapped DataSet set, boolean fetched) {}
    }

    /// `evenkeel data fetch`.
    @Command(name = "fetch", description = "Fetches a data set into the cache and verifies it.")
    static final class Fetch implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "See: evenkeel data list.")
        String name = "";

        @Mixin
        Output output;

        @Override
        public Integer call() {
            var directory = new DataSets(Cache.directory()).fetch(name, output.text()::println);
            output.document(Map.of("name", name, "directory", directory.toString()));
            return 0;
        }
    }

    /// `evenkeel data show`.
    @Command(name = "show", description = "Shows a data set: counts, licence, the first examples.")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "See: evenkeel data list.")
        String name = "";

        @Mixin
        Output output;

        @Override
        public Integer call() {
            var shown = new DataSets(Cache.directory()).show(name);
            var set = shown.set();
            output.result(set.name() + ": " + set.about());
            output.result("licence    " + set.licence());
            output.result("origin     " + set.origin());
            output.result("directory  "
                    + shown.directory().map(Object::toString).orElse("not fetched: evenkeel data fetch " + name));
            shown.counts()
                    .forEach((what, count) -> output.result(String.format(Locale.ROOT, "%-10s %,d", what, count)));
            if (!shown.sample().isEmpty()) {
                output.result("");
                output.result(shown.sample());
            }
            output.document(shown);
            return 0;
        }
    }
}
