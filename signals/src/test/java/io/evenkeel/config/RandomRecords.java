package io.evenkeel.config;

import io.evenkeel.random.RandomStream;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Random instances of configuration records, with the awkward values of every type among them. Values that a
/// constructor refuses are drawn again.
final class RandomRecords {
    private static final List<String> TEXTS = List.of(
            "",
            "true",
            "null",
            "~",
            "5",
            "1e3",
            "1_000",
            "0x1f",
            ".inf",
            ".nan",
            "-",
            "- a",
            "a: b",
            "a#b",
            " #",
            "[a]",
            "{",
            "'",
            "\"",
            "\\",
            "a\nb",
            "\t",
            " lead",
            "trail ",
            "---",
            "...",
            "%a",
            "@a",
            "`",
            "!x",
            "&x",
            "*x",
            "<<",
            "é",
            "日本",
            "😀",
            "\ud800",
            "\u0000",
            "\u0085",
            "\u2028",
            "\ufeff",
            "\ufffe",
            "C:\\x",
            "a,b",
            "plain",
            "two words",
            "10m",
            "=",
            "yes");
    private static final double[] DOUBLES = {
        0,
        -0.0,
        1,
        -1,
        3e-4,
        1e-8,
        1e300,
        -1e-300,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0.1,
        1e7,
        123456789,
        1e-3
    };
    private static final long[] LONGS = {0, 1, -1, 600, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MAX_VALUE};

    private final RandomStream random;

    RandomRecords(RandomStream random) {
        this.random = random;
    }

    <T> T next(Class<T> record) {
        return record.cast(record(record, 0));
    }

    private Object record(Class<?> type, int depth) {
        var shape = Shape.of(type);
        var arguments = shape.components().stream()
                .map(c -> c.nullable() && random.nextBoolean() ? null : value(c.type(), depth + 1))
                .toArray();
        try {
            return shape.construct(arguments);
        } catch (IllegalArgumentException e) {
            return record(type, depth);
        }
    }

    private @Nullable Object value(Type type, int depth) {
        var raw = Shape.raw(type);
        if (raw.isRecord()) {
            return record(raw, depth);
        }
        if (Shape.isChoice(raw)) {
            var choices = List.copyOf(Choices.of(raw).values());
            return record(choices.get(depth > 6 ? 0 : random.nextInt(choices.size())), depth);
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[random.nextInt(raw.getEnumConstants().length)];
        }
        if (raw == List.class) {
            return Stream.generate(() -> value(Shape.argument(type, 0), depth))
                    .limit(random.nextInt(4))
                    .toList();
        }
        if (raw == Set.class) {
            return new LinkedHashSet<>(Stream.generate(() -> value(Shape.argument(type, 0), depth))
                    .limit(random.nextInt(4))
                    .toList());
        }
        if (raw == Map.class) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (var i = random.nextInt(3); i > 0; i--) {
                map.put(text(), value(Shape.argument(type, 1), depth));
            }
            return map;
        }
        return switch (raw.getSimpleName()) {
            case "long" -> random.nextInt(3) == 0 ? LONGS[random.nextInt(LONGS.length)] : random.nextLong();
            case "int" -> random.nextInt(1000);
            case "double", "Double" ->
                random.nextBoolean()
                        ? DOUBLES[random.nextInt(DOUBLES.length)]
                        : Double.longBitsToDouble(random.nextLong());
            case "Long" -> random.nextLong();
            case "boolean" -> random.nextBoolean();
            case "String" -> text();
            case "Path" -> Path.of(random.nextBoolean() ? "a b/c:d" : "/x/" + random.nextInt(9));
            case "Duration" ->
                random.nextInt(4) == 0
                        ? Duration.ofSeconds(random.nextInt(100_000))
                        : Duration.ofNanos(random.nextLong());
            default -> throw new AssertionError(type);
        };
    }

    private String text() {
        if (random.nextBoolean()) {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }
        var length = random.nextInt(6);
        return Stream.generate(() -> TEXTS.get(random.nextInt(TEXTS.size())))
                .limit(length)
                .reduce("", String::concat);
    }
}
