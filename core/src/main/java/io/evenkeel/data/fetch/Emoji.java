package io.evenkeel.data.fetch;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.attributes.ViewBox;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import java.awt.Color;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes the set of emoji in the drawing styles of several fonts: colour pictures of 32 x 32 on white, by category.
/// Variants of skin tone are left out, which would be most of the set.
final class Emoji {
    private static final int SIDE = 32;
    private static final JsonMapper JSON = JsonMapper.shared();

    /// Package of npm and version, one a style.
    private static final Map<String, String> STYLES = new LinkedHashMap<>();

    static {
        STYLES.put("@iconify-json/twemoji", "1.2.5");
        STYLES.put("@iconify-json/noto", "1.2.9");
        STYLES.put("@iconify-json/openmoji", "1.2.29");
        STYLES.put("@iconify-json/fluent-emoji-flat", "1.2.6");
        STYLES.put("@iconify-json/emojione", "1.2.3");
        STYLES.put("@iconify-json/fxemoji", "1.2.2");
    }

    /// Held, so that its level stays: the renderer reports each drawing it does not understand with a stack trace.
    private static final Logger RENDERER = Logger.getLogger(SVGLoader.class.getName());

    /// The nine categories of Unicode by the names that the styles give them. Others (extras, or people together
    /// with
    /// faces) are left out.
    private static final Map<String, String> CATEGORIES = Map.ofEntries(
            Map.entry("Activities", "Activities"),
            Map.entry("Animals & Nature", "Animals & Nature"),
            Map.entry("Animals Nature", "Animals & Nature"),
            Map.entry("Nature", "Animals & Nature"),
            Map.entry("Flags", "Flags"),
            Map.entry("Food & Drink", "Food & Drink"),
            Map.entry("Food Drink", "Food & Drink"),
            Map.entry("Food", "Food & Drink"),
            Map.entry("Objects", "Objects"),
            Map.entry("People & Body", "People & Body"),
            Map.entry("People Body", "People & Body"),
            Map.entry("Smileys & Emotion", "Smileys & Emotion"),
            Map.entry("Smileys Emotion", "Smileys & Emotion"),
            Map.entry("Symbols", "Symbols"),
            Map.entry("Travel & Places", "Travel & Places"),
            Map.entry("Travel Places", "Travel & Places"),
            Map.entry("Travel", "Travel & Places"),
            Map.entry("Places", "Travel & Places"));

    private static final Pattern TONE = Pattern.compile("-(light|medium-light|medium|medium-dark|dark)$");

    private Emoji() {}

    private record Icon(String category, String svg) {}

    static Recipe recipe() {
        return (packages, into) -> {
            RENDERER.setLevel(Level.OFF);
            var icons = new ArrayList<Icon>();
            for (var style : STYLES.entrySet()) {
                collect(packages.npm(style.getKey(), style.getValue()), icons);
            }
            var categories = new TreeSet<String>();
            icons.forEach(icon -> categories.add(icon.category()));
            var classes = List.copyOf(categories);
            var collector = new ImageRecipes.Collector();
            for (var icon : icons) {
                var pixels = draw(icon.svg());
                if (pixels != null) {
                    collector.add(pixels, classes.indexOf(icon.category()));
                }
            }
            collector.write(into, classes, 3, SIDE, SIDE);
        };
    }

    private static void collect(Path root, List<Icon> icons) throws IOException {
        var file = JSON.readTree(Files.readString(root.resolve("icons.json")));
        var categories =
                JSON.readTree(Files.readString(root.resolve("metadata.json"))).path("categories");
        for (var category : categories.properties()) {
            var known = CATEGORIES.get(category.getKey());
            for (var name : category.getValue()) {
                var icon = file.path("icons").path(name.asString());
                if (known != null && icon.isObject() && !isVariant(known, name.asString())) {
                    icons.add(new Icon(known, svg(file, icon)));
                }
            }
        }
    }

    private static boolean isVariant(String category, String name) {
        return name.contains("skin-tone")
                || (category.startsWith("People") && TONE.matcher(name).find());
    }

    private static String svg(JsonNode file, JsonNode icon) {
        var box = new StringBuilder();
        for (var name : List.of("left", "top", "width", "height")) {
            var fallback = name.equals("width") || name.equals("height") ? 16 : 0;
            box.append(icon.path(name).asInt(file.path(name).asInt(fallback))).append(' ');
        }
        return "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='" + SIDE
                + "' height='" + SIDE + "' viewBox='" + box.toString().strip() + "'>"
                + icon.path("body").asString("") + "</svg>";
    }

    /// The planes red, green, blue; null when the drawing is not understood or empty.
    private static byte @Nullable [] draw(String svg) {
        SVGDocument document = new SVGLoader()
                .load(
                        new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)),
                        null,
                        LoaderContext.createDefault());
        if (document == null) {
            return null;
        }
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, SIDE, SIDE);
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            document.render((java.awt.Component) null, graphics, new ViewBox(0, 0, SIDE, SIDE));
        } catch (RuntimeException e) {
            // The drawing uses what the renderer cannot do; the count of the set tells how many remain.
            return null;
        } finally {
            graphics.dispose();
        }
        var pixels = image.getRGB(0, 0, SIDE, SIDE, null, 0, SIDE);
        var planes = new byte[3 * pixels.length];
        var drawn = false;
        for (var i = 0; i < pixels.length; i++) {
            drawn |= (pixels[i] & 0xffffff) != 0xffffff;
            for (var plane = 0; plane < 3; plane++) {
                planes[plane * pixels.length + i] = (byte) (pixels[i] >> (8 * (2 - plane)));
            }
        }
        return drawn ? planes : null;
    }
}
