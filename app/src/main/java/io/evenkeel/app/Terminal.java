package io.evenkeel.app;

import io.evenkeel.detect.Event;
import io.evenkeel.metric.Readings;
import io.evenkeel.metric.SeriesNames;
import io.evenkeel.train.Evaluation;
import io.evenkeel.train.TrainListener;
import java.io.PrintWriter;
import java.util.Locale;

/// Shows a run as it goes: one line that is redrawn on a terminal, one plain line an interval elsewhere.
final class Terminal implements TrainListener {
    private static final long REDRAW_NANOS = 250_000_000;
    private static final long PLAIN_NANOS = 10_000_000_000L;
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final int RATES = 64;

    private final PrintWriter out;
    private final boolean live;
    private final double[] stepMillis = new double[RATES];
    private long steps;
    private long lastDrawn;
    private boolean drawn;

    /// @param live whether `out` is a terminal that understands the erase sequence
    Terminal(PrintWriter out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /// Whether the program talks to a terminal.
    @SuppressWarnings("SystemConsoleNull") // null where the JDK's console module is missing
    static boolean isLive() {
        var console = System.console();
        return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    }

    @Override
    public void step(Readings readings, long totalSteps) {
        stepMillis[(int) (steps++ % RATES)] = readings.get(SeriesNames.STEP_MILLIS);
        var now = System.nanoTime();
        var due = now - lastDrawn >= (live ? REDRAW_NANOS : PLAIN_NANOS);
        if (due || steps == 1 || readings.step() == totalSteps) {
            lastDrawn = now;
            draw(line(readings, totalSteps));
        }
    }

    private String line(Readings readings, long totalSteps) {
        return String.format(
                Locale.ROOT,
                "step %,d/%,d  loss %.4f  lr %.2e  |g| %.3g  %,.0f tok/s  %s left",
                readings.step(),
                totalSteps,
                readings.get(SeriesNames.LOSS),
                readings.get(SeriesNames.LR),
                readings.get(SeriesNames.GRAD_NORM),
                readings.get(SeriesNames.TOKENS_PER_SECOND),
                duration((totalSteps - readings.step()) * medianMillis() / 1e3));
    }

    private double medianMillis() {
        var known = java.util.Arrays.copyOf(stepMillis, (int) Math.min(steps, RATES));
        java.util.Arrays.sort(known);
        return known[known.length / 2];
    }

    static String duration(double seconds) {
        var whole = Math.round(seconds);
        return whole < 60
                ? whole + "s"
                : whole < 3600
                        ? String.format("%dm%02ds", whole / 60, whole % 60)
                        : String.format("%dh%02dm", whole / 3600, whole % 3600 / 60);
    }

    private void draw(String line) {
        if (live) {
            out.print(CLEAR_LINE + line);
            out.flush();
            drawn = true;
        } else {
            out.println(line);
        }
    }

    /// Prints a line that stays.
    void line(String text) {
        if (drawn) {
            out.print(CLEAR_LINE);
            drawn = false;
        }
        out.println(text);
    }

    @Override
    public void evaluated(long step, Evaluation evaluation) {
        var accuracy = evaluation.accuracy();
        line(String.format(Locale.ROOT, "step %,d  held-out loss %.4f nats", step, evaluation.loss())
                + (accuracy == null ? "" : String.format(Locale.ROOT, "  accuracy %.2f %%", 100 * accuracy)));
    }

    @Override
    public void event(Event event) {
        line("step " + event.step() + "  " + event.severity().name().toLowerCase(Locale.ROOT) + "  "
                + event.kind().label() + (event.subject().isEmpty() ? "" : " (" + event.subject() + ")") + ": "
                + event.evidence());
    }

    @Override
    public void note(long step, String text) {
        line("step " + step + "  " + text);
    }

    /// Ends the line that was redrawn.
    void end() {
        if (drawn) {
            out.println();
            drawn = false;
        }
    }
}
