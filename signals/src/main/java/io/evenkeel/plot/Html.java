package io.evenkeel.plot;

/// What pages with charts have in common: a style without references, light and dark, that prints.
public final class Html {
    /// The style of a page. Verdicts are spans of the class `verdict` and their label.
    public static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --ground: #ffffff; --line: #d8dee4;
              --good: #1a7f37; --watch: #9a6700; --bad: #cf222e; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4ae; --ground: #0d1117;
              --line: #30363d; --good: #3fb950; --watch: #d29922; --bad: #f85149; } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
              max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            h2 { font-size: 1.15rem; margin: 2.5rem 0 .25rem; overflow-wrap: anywhere; }
            .verdict { font-weight: 700; } .healthy, .recovered { color: var(--good); }
            .watch, .unknown { color: var(--watch); } .damaged, .diverged, .dead { color: var(--bad); }
            .soft { color: var(--soft); } svg { max-width: 100%; height: auto; }
            ol { padding-left: 1.2rem; } li { margin: .9rem 0; padding-top: .2rem; border-top: 1px solid var(--line); }
            li p { margin: .2rem 0; } code { font-size: .88em; }
            table { border-collapse: collapse; font-size: .92rem; } td, th { text-align: left; padding: .15rem .8rem .15rem 0;
              border-bottom: 1px solid var(--line); }
            @media print { body { max-width: none; margin: 0; } }
            """;

    private Html() {}

    /// Text as it stands between tags and in quoted attributes.
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
