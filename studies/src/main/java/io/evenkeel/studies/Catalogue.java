package io.evenkeel.studies;

import io.evenkeel.InputException;
import io.evenkeel.studies.p02.MegaScale;
import io.evenkeel.studies.p03.Olmo2;
import io.evenkeel.studies.p06.ResumedTraining;
import io.evenkeel.studies.p08.FewerBits;
import io.evenkeel.studies.p13.HierarchicalReasoning;
import io.evenkeel.studies.p18.DynMole;
import io.evenkeel.studies.p25.Glm130b;
import io.evenkeel.studies.p33.BeliefStudy;
import io.evenkeel.studies.p34.PeriLn;
import io.evenkeel.studies.p37.TuneMode;
import io.evenkeel.studies.p38.SwinV2;
import io.evenkeel.studies.p40.SmallScaleProxies;
import io.evenkeel.studies.p45.Lssar;
import io.evenkeel.studies.p49.SigmaReparam;
import io.evenkeel.studies.p60.StableMinima;
import io.evenkeel.studies.p61.WsdS;
import io.evenkeel.studies.p68.Reste;
import io.evenkeel.studies.p78.StableRps;
import io.evenkeel.studies.p81.FourBits;
import io.evenkeel.studies.p82.NumericalEdge;
import io.evenkeel.studies.p87.MambaStability;
import io.evenkeel.study.Paper;
import io.evenkeel.study.Study;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The 87 papers on training stability, and the studies that exist on them.
public final class Catalogue {
    private static final Pattern NUMBER = Pattern.compile("[Pp]?0?(\\d{1,2})");

    private static final List<Study<?>> STUDIES = List.of(
            new MegaScale(), new Olmo2(), new ResumedTraining(), new FewerBits(), new HierarchicalReasoning(), new DynMole(), new Glm130b(), new BeliefStudy(), new PeriLn(), new TuneMode(), new SwinV2(), new SmallScaleProxies(), new Lssar(), new SigmaReparam(), new StableMinima(), new WsdS(), new Reste(), new StableRps(), new FourBits(), new NumericalEdge(), new MambaStability());

    private static final List<Paper> PAPERS = read();

    private Catalogue() {}

    /// All papers, by number.
    public static List<Paper> papers() {
        return PAPERS;
    }

    /// The studies that exist, in the order of their papers.
    public static List<Study<?>> studies() {
        return STUDIES;
    }

    /// The paper of a number such as `P34`, `p34` or `34`, or of a slug such as `peri-ln`.
    ///
    /// @throws InputException when there is none
    public static Paper paper(String name) {
        var number = NUMBER.matcher(name);
        var id = number.matches() ? String.format(Locale.ROOT, "P%02d", Integer.valueOf(number.group(1))) : name;
        return PAPERS.stream()
                .filter(paper -> paper.id().equals(id) || paper.slug().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new InputException("paper must be P01 to P" + PAPERS.size()
                        + " or a short name such as peri-ln but was " + name + " (evenkeel study list shows all)"));
    }

    /// The study on a paper, if there is one.
    public static Optional<Study<?>> study(Paper paper) {
        return STUDIES.stream().filter(study -> study.id().equals(paper.id())).findFirst();
    }

    private static List<Paper> read() {
        try (var in = Objects.requireNonNull(Catalogue.class.getResourceAsStream("catalogue.json"))) {
            return StreamSupport.stream(JsonMapper.shared().readTree(in).spliterator(), false)
                    .map(Catalogue::paper)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Paper paper(JsonNode row) {
        return new Paper(
                row.path("id").stringValue(),
                row.path("slug").stringValue(),
                row.path("title").stringValue(),
                row.path("family").stringValue(),
                row.path("summary").stringValue());
    }
}
