import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import com.palantir.javaformat.java.ImportOrderer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/// Formats every Java file of the modules with palantir-java-format, or checks that they are formatted.
/// Usage: `java -cp ... format/Format.java check|write`. Exits 1 when `check` finds a file that differs.
void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    if (!write && !args[0].equals("check")) {
        System.err.println("format must be check or write but was " + args[0]);
        System.exit(2);
    }
    var style = JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.PALANTIR).build();
    var formatter = Formatter.createFormatter(style);
    var files = new ArrayList<Path>();
    for (var module : new String[] {"signals", "core", "app"}) {
        try (var tree = Files.walk(Path.of(module, "src"))) {
            tree.filter(f -> f.toString().endsWith(".java")).sorted().forEach(files::add);
        }
    }
    var wrong = new ArrayList<Path>();
    for (var file : files) {
        var text = Files.readString(file);
        var wrapped = wrapComments(text);
        String formatted;
        try {
            var imports = RemoveUnusedImports.removeUnusedImports(wrapped);
            formatted = formatter.formatSource(ImportOrderer.reorderImports(imports, JavaFormatterOptions.Style.PALANTIR));
        } catch (FormatterException e) {
            System.err.println("cannot format " + file + ": " + e.getMessage());
            System.exit(1);
            throw e;
        }
        if (!formatted.equals(text)) {
            wrong.add(file);
            if (write) {
                Files.writeString(file, formatted);
            }
        }
    }
    if (write) {
        System.out.println("formatted " + wrong.size() + " of " + files.size() + " files");
    } else if (!wrong.isEmpty()) {
        wrong.forEach(f -> System.err.println("not formatted: " + f));
        System.err.println("run: mvn -q -pl format validate -Dformat=write");
        System.exit(1);
    }
}

/// Wraps wide comment lines, which the formatter would wrap without their `///`. Its limit is 120 columns less the
/// indentation.
String wrapComments(String text) {
    var out = new StringBuilder();
    for (var line : text.split("\n", -1)) {
        int limit = 120 - (line.length() - line.stripLeading().length());
        while (line.length() > limit && line.strip().startsWith("//")) {
            var mark = line.substring(0, line.length() - line.replaceFirst("^\\s*//+\\s*", "").length());
            int cut = line.lastIndexOf(' ', limit);
            if (cut < mark.length()) {
                break;
            }
            out.append(line, 0, cut).append('\n');
            line = mark + line.substring(cut + 1);
        }
        out.append(line).append('\n');
    }
    out.setLength(out.length() - 1);
    return out.toString();
}
