package io.evenkeel.plot;

import java.util.List;

/// What all figures have around their picture: heading above, notes below, and room at the sides.
///
/// The same layout serves wide and narrow screens: on a narrow one the style sheet enlarges the text, so room is
/// reserved for the larger size and labels that would then collide are left out there.
///
/// @param width  units from edge to edge
/// @param top    where the picture begins
/// @param height units from the upper to the lower edge
/// @param notes  lines below the picture
record Frame(double width, double top, double height, List<String> notes) {
    static final double FONT = 13;
    static final double NARROW_FONT = 20;
    static final double NARROW_TITLE = 24;
    /// How much wider bold text is.
    static final double BOLD = 1.08;
    static final double PAD = 14;
    /// From one baseline to the next.
    static final double LINE = 23;

    /// Opens the document and writes the heading.
    ///
    /// @param picture height of the picture
    static Frame open(
            Svg svg,
            boolean ownStyle,
            double width,
            double picture,
            String title,
            String subtitle,
            String description,
            List<String> notes) {
        var titleLines = Labels.wrap(title, (width - 2 * PAD) / BOLD, NARROW_TITLE);
        var subtitleLines = Labels.wrap(subtitle, width - 2 * PAD, NARROW_FONT);
        var noteLines = notes.stream()
                .flatMap(note -> Labels.wrap(note, width - 2 * PAD, NARROW_FONT).stream())
                .toList();
        double top = PAD + titleLines.size() * 28 + subtitleLines.size() * LINE + 4;
        double height = top + picture + noteLines.size() * LINE + PAD;
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + Svg.number(width) + " " + Svg.number(height),
                "width",
                width,
                "height",
                height,
                "class",
                "ek-plot",
                "role",
                "img",
                "aria-label",
                title.isEmpty() ? "figure" : title);
        svg.text("desc", description);
        if (ownStyle) {
            svg.style(PlotStyle.CSS);
        }
        svg.rect("surface", 0, 0, width, height, "");
        double y = PAD;
        for (var line : titleLines) {
            y += 28;
            svg.label(line, PAD, y - 9, "start", "title");
        }
        for (var line : subtitleLines) {
            y += LINE;
            svg.label(line, PAD, y - 7, "start", "muted");
        }
        return new Frame(width, top, height, noteLines);
    }

    /// Writes the notes and closes the document.
    String close(Svg svg) {
        double y = height - PAD - notes.size() * LINE;
        for (var line : notes) {
            y += LINE;
            svg.label(line, PAD, y - 6, "start", "muted");
        }
        return svg.close().toString();
    }

    /// Writes the ticks of a horizontal axis under `y`.
    static void ticksBelow(Svg svg, List<Scale.Tick> ticks, Scale scale, double left, double right, double y) {
        var wideUntil = Double.NEGATIVE_INFINITY;
        var narrowUntil = Double.NEGATIVE_INFINITY;
        for (var tick : ticks) {
            double x = left + scale.at(tick.value()) * (right - left);
            double room = Labels.width(tick.label(), NARROW_FONT);
            var end = x + room / 2 > right + PAD;
            var wide = Labels.width(tick.label(), FONT);
            if ((end ? x - wide : x - wide / 2) < wideUntil) {
                continue;
            }
            wideUntil = (end ? x : x + wide / 2) + 8;
            var fits = (end ? x - room : x - room / 2) >= narrowUntil;
            var anchor = end ? "end" : "middle";
            if (fits) {
                narrowUntil = (end ? x : x + room / 2) + 10;
            } else if (scale.axis().kind() == Axis.Kind.CATEGORIES) {
                // A name cannot be guessed from its neighbours, as a number can.
                svg.label(tick.label(), x, y + NARROW_FONT, anchor, "muted narrow-only");
            }
            svg.label(tick.label(), x, y, anchor, fits ? "muted" : "muted wide-only");
        }
    }
}
