package io.evenkeel.data;

import io.evenkeel.InputException;
import io.evenkeel.data.fetch.Bundled;
import io.evenkeel.data.fetch.DataSet;
import io.evenkeel.data.fetch.DataSets;
import io.evenkeel.data.format.Document;
import io.evenkeel.data.format.JsonLines;
import io.evenkeel.data.format.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Documents of text that can be read again and again, always the same and in the same order.
///
/// A file of JSON lines has a document a line. Of a folder each file is a document, in order of path; hidden ones are
/// left out. A single file, or a folder of few, has no documents to hold out, so it is cut into pieces at blank lines,
/// about 200 of them.
final class TextSource {
    static final String BUNDLED = "bundled";

    private static final int PIECES = 200;
    private static final int LEAST_PIECE = 1 << 10;
    private static final int LARGEST_PIECE = 1 << 24;
    private static final int MANY_FILES = 20;

    private final String id;
    private final String licence;
    private final Reader reader;

    private interface Reader {
        void read(Consumer<Document> documents);
    }

    private TextSource(String id, String licence, Reader reader) {
        this.id = id;
        this.licence = licence;
        this.reader = reader;
    }

    /// Finds a source.
    ///
    /// @param source `bundled`, the name of a text set, or a path
    /// @param field  of JSON lines: which field holds the text
    /// @throws InputException when there is nothing of that name, or a field is given where there are none
    static TextSource of(String source, @Nullable String field, DataSets sets) {
        if (source.equals(BUNDLED) || source.equals(Bundled.NAME)) {
            refuse(field, source);
            return new TextSource(source, DataSets.find(Bundled.NAME).licence(), TextSource::bundled);
        }
        if (DataSets.exists(source)) {
            var file = sets.directory(source).resolve(DataSet.TEXT_FILE);
            return new TextSource(
                    source,
                    DataSets.find(source).licence(),
                    documents -> JsonLines.read(file, field == null ? "text" : field, documents));
        }
        var path = path(source);
        var name = path.getFileName() == null ? source : path.getFileName().toString();
        if (Files.isRegularFile(path) && name.matches(".*\\.(jsonl|ndjson)(\\.gz)?")) {
            return new TextSource(
                    source, "unknown", documents -> JsonLines.read(path, field == null ? "text" : field, documents));
        }
        refuse(field, source);
        var files = files(path);
        return new TextSource(source, "unknown", documents -> read(path, files, documents));
    }

    private static void refuse(@Nullable String field, String source) {
        if (field != null) {
            throw new InputException(
                    "field must be left out but was " + field + " (" + source + " has no fields; .jsonl files do)");
        }
    }

    private static Path path(String source) {
        try {
            var path = Path.of(source);
            if (Files.exists(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // It is no path, so it does not exist either.
        }
        throw new InputException(
                "source must be bundled, a set of 'evenkeel data list', or the path of a file or folder"
                        + " but was '" + source + "', which does not exist; the nearest set is '"
                        + DataSets.nearest(source)
                        + "'");
    }

    private static void bundled(Consumer<Document> documents) {
        try {
            Bundled.forEach(documents::accept);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The files of a folder in order of path, or the file itself.
    private static List<Path> files(Path path) {
        var files = new ArrayList<Path>();
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return hidden(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (file.equals(path) || (!hidden(file) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))) {
                        files.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                private boolean hidden(Path file) {
                    return !file.equals(path) && file.getFileName().toString().startsWith(".");
                }
            });
        } catch (IOException e) {
            throw new InputException("source must be readable but was " + path + " (" + e + ")", e);
        }
        if (files.isEmpty()) {
            throw new InputException("source must have files but " + path + " has none");
        }
        files.sort(java.util.Comparator.comparing(file -> path.relativize(file).toString()));
        return files;
    }

    private static void read(Path root, List<Path> files, Consumer<Document> documents) {
        var piece = files.size() >= MANY_FILES ? LARGEST_PIECE : pieceSize(files);
        for (var file : files) {
            var relative = root.relativize(file).toString();
            var name = relative.isEmpty() ? file.getFileName().toString() : relative.replace('\\', '/');
            var cutter = new Cutter(name, piece, documents);
            Utf8.read(file, cutter::add);
            cutter.end();
        }
    }

    private static int pieceSize(List<Path> files) {
        var total = new long[1];
        files.forEach(file -> Utf8.read(file, text -> total[0] += text.length()));
        return Math.clamp(total[0] / PIECES, LEAST_PIECE, LARGEST_PIECE);
    }

    /// Cuts a text at blank lines, else at line ends, else anywhere, into pieces of at least some size.
    private static final class Cutter {
        private final String name;
        private final int size;
        private final Consumer<Document> documents;
        private final StringBuilder text = new StringBuilder();
        private int pieces;

        Cutter(String name, int size, Consumer<Document> documents) {
            this.name = name;
            this.size = size;
            this.documents = documents;
        }

        void add(CharSequence more) {
            text.append(more);
            var from = 0;
            while (text.length() - from > 2 * size) {
                var end = cut(from);
                emit(from, end);
                from = end;
            }
            text.delete(0, from);
        }

        private int cut(int from) {
            var blank = text.indexOf("\n\n", from + size);
            if (blank >= 0 && blank + 2 <= from + 2 * size) {
                return blank + 2;
            }
            var line = text.indexOf("\n", from + size);
            if (line >= 0 && line + 1 <= from + 2 * size) {
                return line + 1;
            }
            var end = from + size;
            return Character.isLowSurrogate(text.charAt(end)) ? end + 1 : end;
        }

        private void emit(int from, int end) {
            documents.accept(new Document(name + " " + ++pieces, text.substring(from, end), null));
        }

        void end() {
            if (pieces == 0 && !text.isEmpty()) {
                documents.accept(new Document(name, text.toString(), null));
            } else if (!text.isEmpty()) {
                emit(0, text.length());
            }
        }
    }

    String id() {
        return id;
    }

    String licence() {
        return licence;
    }

    /// Hands on every document that is not empty.
    ///
    /// @throws InputException when what is read is not text
    void forEach(Consumer<Document> documents) {
        reader.read(document -> {
            if (!document.text().isEmpty()) {
                documents.accept(document);
            }
        });
    }
}
