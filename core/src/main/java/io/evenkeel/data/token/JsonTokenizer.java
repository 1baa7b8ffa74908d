package io.evenkeel.data.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.evenkeel.InputException;
import io.evenkeel.data.fetch.Cache;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A tokenizer in the file format `tokenizer.json`, run by the Rust library of that format: the byte-pair encodings
/// trained here, and those of pretrained models.
///
/// No special tokens are added, nothing is cut off or padded. The library works offline and unpacks its native code
/// into the cache.
final class JsonTokenizer implements Tokenizer {
    static final String NAME = "json";
    static final String FILE = "tokenizer.json";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String json;
    private final String model;
    private final int vocabulary;
    private final HuggingFaceTokenizer library;

    private JsonTokenizer(String json, String model, int vocabulary, HuggingFaceTokenizer library) {
        this.json = json;
        this.model = model;
        this.vocabulary = vocabulary;
        this.library = library;
    }

    /// Trains byte-pair encoding on texts.
    ///
    /// @throws InputException when the texts have too few repeated pairs for that vocabulary
    static JsonTokenizer train(Texts texts, int vocabulary) {
        var merges = BpeTrainer.train(texts, vocabulary);
        var learned = merges.isEmpty()
                ? 256
                : merges.stream().mapToInt(BpeTrainer.Merge::symbol).max().getAsInt() + 1;
        if (learned < vocabulary) {
            throw new InputException("vocabulary must be <= " + learned + " but was " + vocabulary
                    + " (the training text has no more pairs that occur twice)");
        }
        return of(GptFiles.json(merges), "the trained tokenizer");
    }

    /// Opens a `tokenizer.json`, or the tokenizer in a directory.
    ///
    /// @throws InputException when there is none or the library refuses it
    static JsonTokenizer open(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                return of(Files.readString(path), path.toString());
            }
            var file = path.resolve(FILE);
            return of(Files.exists(file) ? Files.readString(file) : GptFiles.json(path), path.toString());
        } catch (IOException e) {
            throw new InputException("tokenizer.path must be a readable tokenizer.json but was " + path, e);
        }
    }

    private static JsonTokenizer of(String json, String where) {
        try {
            var root = JSON.readTree(json);
            var model = root.path("model").path("type").asString(NAME).toLowerCase(Locale.ROOT);
            return new JsonTokenizer(json, model, vocabulary(root), library(json));
        } catch (JacksonException e) {
            throw new InputException("tokenizer must be JSON but " + where + " is not: " + e.getOriginalMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new InputException(
                    "tokenizer was refused by the tokenizer library: " + e.getMessage() + " (" + where + ")", e);
        }
    }

    private static HuggingFaceTokenizer library(String json) throws IOException {
        property("ai.djl.offline", "true");
        property("OPT_OUT_TRACKING", "true");
        property("DJL_CACHE_DIR", Cache.directory().resolve("natives").toString());
        return HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(json.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
    }

    private static void property(String name, String value) {
        if (System.getenv(name) == null && System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    /// One more than the largest id.
    private static int vocabulary(JsonNode root) {
        var largest = -1;
        var model = root.path("model").path("vocab");
        if (model.isArray()) {
            largest = model.size() - 1;
        }
        for (var entry : model.properties()) {
            largest = Math.max(largest, entry.getValue().asInt(-1));
        }
        for (var added : root.path("added_tokens")) {
            largest = Math.max(largest, added.path("id").asInt(-1));
        }
        return largest + 1;
    }

    @Override
    public String name() {
        return model;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public int[] encode(String text) {
        return Arrays.stream(library.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public String decode(int... tokens) {
        var ids = new long[tokens.length];
        for (var i = 0; i < ids.length; i++) {
            ids[i] = Tokens.check(tokens[i], vocabulary);
        }
        return library.decode(ids, false);
    }

    @Override
    public String sha256() {
        return Tokens.sha256(NAME + json);
    }

    @Override
    public void save(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(FILE), json);
        Files.writeString(directory.resolve(KIND_FILE), NAME + "\n");
    }
}
