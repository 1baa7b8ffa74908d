package io.evenkeel.study;

import io.evenkeel.tensor.Engine;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What is known of a study: its claims as judged by its results, and the verdict.
///
/// @param paper   that it is about
/// @param study   the experiment
/// @param scale   at which it was run
/// @param date    when the last trial was added
/// @param machine libtorch, BLAS and processor features that the bits depend on
/// @param results of the trials
/// @param claims  judged
/// @param verdict computed from them
public record Report(
        Paper paper,
        Study<?> study,
        Scale scale,
        LocalDate date,
        String machine,
        Results results,
        List<Claim> claims,
        Verdict verdict) {
    /// Judges results.
    public static Report of(
            Paper paper, Study<?> study, Scale scale, LocalDate date, String machine, Results results) {
        var claims = study.claims(results);
        return new Report(
                paper, study, scale, date, machine, results, List.copyOf(claims), study.rule().on(claims));
    }

    /// What the bits of a trial depend on besides its code.
    public static String thisMachine() {
        var engine = Engine.fingerprint();
        return "libtorch " + engine.libtorch() + ", " + engine.blas() + ", " + engine.cpuCapability();
    }

    /// Seconds of computing in all, one processor.
    public double seconds() {
        return Bench.tenths(results.all().stream().mapToDouble(Result::seconds).sum());
    }

    /// The claim that the study calls its headline.
    public Claim headline() {
        return claim(study.description().headline());
    }

    /// The claim of an id.
    ///
    /// @throws IllegalArgumentException when there is none
    public Claim claim(String id) {
        return claims.stream()
                .filter(claim -> claim.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no claim of " + paper.id() + " has the id " + id));
    }

    /// The documents of the commands `study show`, `run` and `verify`, and what is stored beside the trials.
    public ObjectNode json() {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("id", paper.id())
                .put("slug", paper.slug())
                .put("scale", scale.label())
                .put("version", study.version())
                .put("date", date.toString())
                .put("machine", machine)
                .put("trials", results.all().size())
                .put("seconds", seconds())
                .put("verdict", verdict.label());
        var list = json.putArray("claims");
        claims.forEach(claim -> list.add(json(claim)));
        return json;
    }

    private static ObjectNode json(Claim claim) {
        var estimate = claim.estimate();
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", claim.id())
                .put("text", claim.text())
                .put("estimate", finite(estimate.value()))
                .put("low", finite(estimate.low()))
                .put("high", finite(estimate.high()))
                .put("n", estimate.n())
                .put("relation", claim.relation().name().toLowerCase(Locale.ROOT))
                .put("bound", claim.bound())
                .put("holds", claim.holds());
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }

    /// What [Archive] keeps of a report besides its trials.
    ///
    /// @param scale    at which it was run
    /// @param version  of the study's code
    /// @param date     when
    /// @param machine  on which
    /// @param seconds  of computing
    /// @param verdict  as computed then
    /// @param document all of it
    public record Stored(
            Scale scale, int version, LocalDate date, String machine, double seconds, Verdict verdict, JsonNode document) {
        static Stored of(JsonNode json) {
            return new Stored(
                    Scale.valueOf(json.path("scale").stringValue().toUpperCase(Locale.ROOT)),
                    json.path("version").intValue(),
                    LocalDate.parse(json.path("date").stringValue()),
                    json.path("machine").stringValue(),
                    json.path("seconds").doubleValue(),
                    Verdict.of(json.path("verdict").stringValue()),
                    json);
        }
    }
}
