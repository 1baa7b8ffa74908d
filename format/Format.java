import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import com.palantir.javaformat.java.ImportOrderer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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
            var imports = RemoveUnusedImports.removeUnusedImports(nameUnnamedPatterns(wrapped));
            formatted = formatter.formatSource(ImportOrderer.reorderImports(imports, JavaFormatterOptions.Style.PALANTIR));
            formatted = formatted.replace(UNNAMED, "_");
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

/// The formatter does not know `_` as a part of a record pattern; for it the part is `var unnamed__`.
static final String UNNAMED = "var unnamed__";

String nameUnnamedPatterns(String text) {
    return Pattern.compile("(?<=[(,]\\s{0,200})_(?=\\s*[,)])")
            .matcher(text)
            .replaceAll(part -> isInRecordPattern(text, part.start()) ? UNNAMED : "_");
}

/// Whether the parenthesis around `at` follows a type's name; that of a lambda's parameters does not.
boolean isInRecordPattern(String text, int at) {
    int open = at;
    for (int depth = 0; open >= 0 && depth < 1; open--) {
        depth += text.charAt(open) == '(' ? 1 : text.charAt(open) == ')' ? -1 : 0;
    }
    return open >= 0 && (Character.isJavaIdentifierPart(text.charAt(open)) || text.charAt(open) == '>');
}

/// Wraps wide comment lines, which the formatter would wrap without their `///`. Its limit is 120 columns less the
/// indentation. What is cut off goes to the front of the next line, when that continues the sentence.
String wrapComments(String text) {
    var lines = new ArrayList<>(List.of(text.split("\n", -1)));
    for (int i = 0; i < lines.size(); i++) {
        var line = lines.get(i);
        int limit = 120 - (line.length() - line.stripLeading().length());
        if (line.length() <= limit || !line.strip().startsWith("//")) {
            continue;
        }
        var mark = mark(line);
        int cut = line.lastIndexOf(' ', limit);
        if (cut < mark.length()) {
            continue;
        }
        var rest = line.substring(cut + 1);
        lines.set(i, line.substring(0, cut));
        var next = i + 1 < lines.size() ? lines.get(i + 1) : "";
        if (continues(mark, next)) {
            lines.set(i + 1, mark(next) + rest + " " + next.substring(mark(next).length()));
        } else {
            lines.add(i + 1, mark + rest);
        }
    }
    return String.join("\n", lines);
}

/// The slashes of a comment line with the space around them; empty for other lines.
String mark(String line) {
    var matcher = Pattern.compile("\\s*//+\\s*").matcher(line);
    return matcher.lookingAt() ? matcher.group() : "";
}

/// Whether a line is a comment that goes on with the text of the line before, which has the mark `mark`.
boolean continues(String mark, String line) {
    var body = line.substring(mark(line).length());
    return mark(line).startsWith(mark) && body.matches("(?![-*|@`#]|\\d+\\.).+");
}
