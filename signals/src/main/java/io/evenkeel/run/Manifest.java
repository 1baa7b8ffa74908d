package io.evenkeel.run;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;

/// What a run is: written once before anything else, never changed. The file `manifest.json` ends with the SHA-256 of
/// what stands before that entry, so that a changed byte is noticed.
///
/// A manifest of a newer schema is read too: keys that this version does not know are passed over, those it knows must
/// be there. In one of this schema an unknown key is damage.
///
/// @param schema       version of this record, [#SCHEMA] in new ones
/// @param runId        version 7, see [RunIds]
/// @param parent       the run it was forked from, null for none
/// @param commandLine  as given, program first
/// @param git          the revision of the code, null outside of a checkout
/// @param configSha256 of the resolved configuration's text, see [#sha256]
public record Manifest(
        int schema,
        UUID runId,
        String name,
        List<String> tags,
        @Nullable Parent parent,
        List<String> commandLine,
        Instant created,
        @Nullable Git git,
        String configSha256,
        long seed,
        Data data,
        Model model,
        Environment environment) {
    /// The version that this program writes.
    public static final int SCHEMA = 1;

    static final String FILE = "manifest.json";

    private static final String SUM = "  \"sha256\" : \"";
    private static final String END = "\"\n}\n";

    public Manifest {
        require(schema >= 1, "schema", ">= 1", schema);
        require(runId != null && runId.version() == 7, "runId", "a UUID of version 7", runId);
        require(name != null && !name.isBlank(), "name", "given", name);
        require(created != null, "created", "given", created);
        require(isSha256(configSha256), "configSha256", "64 hexadecimal digits", configSha256);
        require(data != null, "data", "given", data);
        require(model != null, "model", "given", model);
        require(environment != null, "environment", "given", environment);
        require(tags != null, "tags", "given", tags);
        require(commandLine != null, "commandLine", "given", commandLine);
        tags = List.copyOf(tags);
        commandLine = List.copyOf(commandLine);
    }

    /// Where a forked run began.
    ///
    /// @param step the step of the checkpoint it began with
    public record Parent(UUID runId, long step) {}

    /// The revision of a checkout.
    ///
    /// @param dirty whether tracked files differ from it
    public record Git(String sha, boolean dirty) {}

    /// What the run is trained on.
    ///
    /// @param id      name or path
    /// @param sha256  of its bytes, null when unknown
    /// @param tokens  how many of the training split, null when it has none
    /// @param rows    how many of the training split, null when unknown
    /// @param licence of the data, null when unknown
    public record Data(
            String id,
            @Nullable String sha256,
            @Nullable Long tokens,
            @Nullable Long rows,
            @Nullable String licence) {}

    /// What is trained.
    ///
    /// @param parameters   how many numbers
    /// @param shapesSha256 of the names and shapes of the parameters
    public record Model(long parameters, String shapesSha256) {}

    /// Where the run was started. What is null is not known or does not apply.
    ///
    /// @param threads       that the tensor library computes with
    /// @param cpuCapability instruction set that it uses
    public record Environment(
            String java,
            @Nullable String libtorch,
            @Nullable String blas,
            int threads,
            String cpu,
            @Nullable String cpuCapability,
            long memoryBytes,
            String os) {}

    private static void require(boolean condition, String field, String bound, @Nullable Object value) {
        if (!condition) {
            throw new IllegalArgumentException(field + " must be " + bound + " but was " + value);
        }
    }

    private static boolean isSha256(@Nullable String text) {
        return text != null && text.matches("[0-9a-f]{64}");
    }

    /// The SHA-256 of a text in hexadecimal, as [#configSha256] wants it.
    public static String sha256(String text) {
        return RunFiles.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] bytes() {
        var json = RunFiles.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this);
        var body = json.substring(0, json.lastIndexOf('}')).stripTrailing() + ",\n";
        return (body + SUM + sha256(body) + END).getBytes(StandardCharsets.UTF_8);
    }

    /// Reads the manifest in a run's directory.
    ///
    /// @throws InputException when it is missing or damaged
    static Manifest read(Path directory) {
        var file = directory.resolve(FILE);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InputException(directory + " is not a run: " + RunFiles.reason(e), e);
        }
        // Every byte is a character, so that what cannot be decoded is noticed too.
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        var sum = text.lastIndexOf(SUM);
        if (sum < 0
                || !text.substring(sum + SUM.length())
                        .equals(RunFiles.sha256(text.substring(0, sum).getBytes(StandardCharsets.ISO_8859_1)) + END)) {
            throw new InputException(file + " is damaged: it does not match the SHA-256 at its end");
        }
        try {
            var tree = RunFiles.JSON.readTree(bytes);
            tree.asObject().remove("sha256");
            var newer = tree.path("schema").asInt(SCHEMA) > SCHEMA;
            var reader = RunFiles.JSON.readerFor(Manifest.class);
            return (newer ? reader.without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) : reader).readValue(tree);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new InputException(file + " is damaged: " + RunFiles.firstLine(e), e);
        }
    }
}
