package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.evenkeel.random.RandomStream;
import io.evenkeel.testing.Property;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class NumberParserTest {
    private final NumberParser numbers = new NumberParser();

    private void readsAs(String text, double expected) {
        var bytes = ("x" + text + "y").getBytes(StandardCharsets.UTF_8);
        assertThat(numbers.parse(bytes, 1, bytes.length - 1)).as(text).isTrue();
        assertThat(Double.doubleToLongBits(numbers.value())).as(text).isEqualTo(Double.doubleToLongBits(expected));
    }

    @Test
    void hasTheBitsOfTheJdk() {
        Property.check(30_000, random -> {
            var text = text(random);
            readsAs(text, Double.parseDouble(text));
        });
    }

    private static String text(RandomStream random) {
        var any = Double.longBitsToDouble(random.nextLong());
        var value = Double.isFinite(any) ? any : 0.5;
        return switch (random.nextInt(8)) {
            case 0 -> Double.toString(value);
            case 1 -> Float.toString((float) random.nextDouble());
            case 2 -> String.format(Locale.ROOT, "%." + random.nextInt(20) + "f", random.nextDouble() * 1000);
            case 3 -> String.format(Locale.ROOT, "%." + random.nextInt(18) + "E", value);
            case 4 -> Long.toString(random.nextLong());
            case 5 -> digits(random, 1 + random.nextInt(40)) + "." + digits(random, random.nextInt(40));
            case 6 ->
                (random.nextBoolean() ? "-" : "+") + digits(random, 1 + random.nextInt(20)) + "e"
                        + (random.nextInt(800) - 400);
            default -> "." + digits(random, 1 + random.nextInt(30)) + "E+" + random.nextInt(30);
        };
    }

    private static String digits(RandomStream random, int count) {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++) {
            text.append((char) ('0' + random.nextInt(10)));
        }
        return text.toString();
    }

    /// Halfway between two doubles, and next to it, is where rounding goes wrong.
    @Test
    void halfwayCases() {
        Property.check(10_000, random -> {
            var low = Double.longBitsToDouble(random.nextLong() & 0x7fffffffffffffffL);
            if (Double.isFinite(low) && low < 1e300) {
                var middle = new BigDecimal(low)
                        .add(new BigDecimal(Math.nextUp(low)))
                        .divide(BigDecimal.TWO);
                for (var digits : List.of(17, 18, 19, 25)) {
                    var text = middle.round(new MathContext(digits)).toString();
                    readsAs(text, Double.parseDouble(text));
                }
            }
        });
        for (var w = 0; w < 2000; w++) {
            var text = ((1L << 53) + w) + "e" + (w % 40 - 20);
            readsAs(text, Double.parseDouble(text));
        }
    }

    @Test
    void edges() {
        readsAs("9007199254740993", 9007199254740992.0);
        readsAs("9007199254740992e22", 9007199254740992e22);
        readsAs("-0", -0.0);
        readsAs("0e999999999999", 0);
        readsAs("1e400", Double.POSITIVE_INFINITY);
        readsAs("-1e400", Double.NEGATIVE_INFINITY);
        readsAs("4.9E-324", Double.MIN_VALUE);
        readsAs(" \t12\r", 12);
        readsAs("5.", 5);
    }

    @Test
    void spellingsOfWhatIsNotFinite() {
        for (var text : List.of("nan", "NaN", "NAN", "-nan", "+NaN", "1.#QNAN", "-1.#IND", "nan(ind)", "-nan(ind)")) {
            readsAs(text, Double.NaN);
        }
        for (var text : List.of("inf", "Inf", "INF", "Infinity", "+inf", "1.#INF")) {
            readsAs(text, Double.POSITIVE_INFINITY);
        }
        readsAs("-inf", Double.NEGATIVE_INFINITY);
    }

    @Test
    void whatIsNoNumber() {
        for (var text : List.of(
                "", " ", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1d", "0x10", "1f", "nano", "infer", "1 2", "--1",
                "1,5", "None", "null", "true", "1e5x", "\u0661")) {
            assertThat(numbers.parse(text)).as(text).isFalse();
        }
    }
}
