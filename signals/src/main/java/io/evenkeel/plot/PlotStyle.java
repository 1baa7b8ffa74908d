package io.evenkeel.plot;

/// The style sheet of all figures. Colours are custom properties, so that a page can replace them; `data-theme` on
/// an element around a figure overrules what the reader's system prefers.
///
/// The first three hues are those of Okabe and Ito ("Color Universal Design", 2008), made darker or lighter until they
/// stand out from the background; dashes and marker shapes repeat what the colours say. Each rule that uses a property
/// is preceded by its light value for viewers that know no custom properties.
public final class PlotStyle {
    /// How many series look different. Further ones start again.
    static final int LOOKS = 8;

    /// Dash patterns by series; empty is solid.
    private static final String[] DASHES = {"", "7 3", "3 3", "9 3 3 3", "13 4", "5 5", "2 5", "9 3 3 3 3 3"};
    private static final String[] LIGHT = {
        "#0067a3", "#c94f00", "#00795a", "#a23b78", "#8a6100", "#4b5563", "#3f8fc7", "#7a3fb0"
    };
    private static final String[] DARK = {
        "#5cb8ee", "#ff8f52", "#34c99a", "#e698c6", "#eebb44", "#b4bdc9", "#a5d4f2", "#c3a1ee"
    };
    private static final String LIGHT_BASE =
            "--ek-surface:#fff;--ek-ink:#1b1f24;--ek-muted:#57606a;--ek-grid:#e4e7eb;--ek-axis:#8c959f;"
                    + "--ek-bad:#b3123a;--ek-watch:#8a6100;--ek-good:#00795a;";
    private static final String DARK_BASE =
            "--ek-surface:#15191e;--ek-ink:#e8ecf1;--ek-muted:#a3adb8;--ek-grid:#2b323a;--ek-axis:#6b7682;"
                    + "--ek-bad:#ff7b93;--ek-watch:#eebb44;--ek-good:#34c99a;";

    /// The style sheet.
    public static final String CSS = css();

    private PlotStyle() {}

    private static String css() {
        var light = LIGHT_BASE + palette(LIGHT);
        var dark = DARK_BASE + palette(DARK);
        var css = new StringBuilder();
        css.append(".ek-plot{").append(light).append("width:100%;height:auto;max-width:960px;display:block}\n");
        css.append("@media (prefers-color-scheme:dark){.ek-plot{").append(dark).append("}}\n");
        css.append("[data-theme=light] .ek-plot{").append(light).append("}\n");
        css.append("[data-theme=dark] .ek-plot{").append(dark).append("}\n");
        css.append("@media print{.ek-plot.ek-plot{").append(light).append("}}\n");
        css.append(".ek-plot text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif;"
                + "font-size:13px;font-variant-numeric:tabular-nums;fill:#1b1f24;fill:var(--ek-ink)}\n");
        css.append(".ek-plot .title{font-size:17px;font-weight:650}\n");
        rule(css, ".muted", "fill", "#57606a", "muted");
        rule(css, ".surface", "fill", "#fff", "surface");
        rule(css, ".grid", "stroke", "#e4e7eb", "grid");
        rule(css, ".axis", "stroke", "#8c959f", "axis");
        rule(css, ".halo", "stroke", "#fff", "surface");
        rule(css, ".whisker", "stroke", "#1b1f24", "ink");
        for (var tone : new String[][] {
            {"note", "#57606a", "muted"},
            {"watch", "#8a6100", "watch"},
            {"bad", "#b3123a", "bad"},
            {"good", "#00795a", "good"}
        }) {
            rule(css, "." + tone[0] + "-line", "stroke", tone[1], tone[2]);
            rule(css, "text." + tone[0], "fill", tone[1], tone[2]);
        }
        rule(css, ".bad-fill", "fill", "#b3123a", "bad");
        rule(css, ".hatch", "stroke", "#fff", "surface");
        css.append("""
                .ek-plot .grid,.ek-plot .axis,.ek-plot .mark{fill:none;stroke-width:1}
                .ek-plot .mark{stroke-dasharray:3 3}
                .ek-plot .bad-line.line{stroke-linecap:butt;stroke-dasharray:2 4}
                .ek-plot .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
                .ek-plot .line.faint{stroke-width:1;stroke-opacity:.45;stroke-dasharray:none}
                .ek-plot .branch{fill:none;stroke-width:1.25;stroke:#8c959f;stroke:var(--ek-axis)}
                .ek-plot .band{fill-opacity:.18;stroke:none}
                .ek-plot .bar{fill-opacity:.85}
                .ek-plot .whisker,.ek-plot .interval{fill:none;stroke-width:1.5}
                .ek-plot .hatch{stroke-width:2}
                .ek-plot .hollow{fill:#fff;fill:var(--ek-surface);stroke-width:1.75}
                .ek-plot .halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
                .ek-plot .narrow-only{display:none}
                """);
        for (int i = 0; i < LOOKS; i++) {
            rule(css, ".s" + i, "stroke", LIGHT[i], Integer.toString(i));
            rule(css, ".f" + i, "fill", LIGHT[i], Integer.toString(i));
            if (!DASHES[i].isEmpty()) {
                css.append(".ek-plot .line.s")
                        .append(i)
                        .append("{stroke-linecap:butt;stroke-dasharray:")
                        .append(DASHES[i])
                        .append("}\n");
            }
        }
        css.append("@media (max-width:520px){.ek-plot text{font-size:" + Frame.NARROW_FONT
                + "px}.ek-plot .title{font-size:"
                + Frame.NARROW_TITLE + "px}.ek-plot .line{stroke-width:3}.ek-plot .wide-only{display:none}"
                + ".ek-plot .narrow-only{display:inline}}\n");
        return css.toString();
    }

    private static void rule(StringBuilder css, String selector, String property, String value, String custom) {
        css.append(".ek-plot ")
                .append(selector)
                .append('{')
                .append(property)
                .append(':')
                .append(value)
                .append(';')
                .append(property)
                .append(":var(--ek-")
                .append(custom)
                .append(")}\n");
    }

    private static String palette(String[] colours) {
        var properties = new StringBuilder();
        for (int i = 0; i < LOOKS; i++) {
            properties.append("--ek-").append(i).append(':').append(colours[i]).append(';');
        }
        return properties.toString();
    }
}
