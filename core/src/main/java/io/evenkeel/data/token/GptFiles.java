package io.evenkeel.data.token;

import io.evenkeel.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Writes `tokenizer.json` for byte-level byte-pair encodings, from learned merges or from the two files of GPT-2.
final class GptFiles {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String END_OF_TEXT = "<|endoftext|>";

    private GptFiles() {}

    /// The character that stands for each byte in the files: printable bytes for themselves, the others for
    /// U+0100 and on, in order.
    static String[] characters() {
        var characters = new String[256];
        var next = 0x100;
        for (var b = 0; b < 256; b++) {
            var printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            characters[b] = Character.toString(printable ? b : next++);
        }
        return characters;
    }

    /// The tokenizer of learned merges: tokens 0 to 255 are the bytes, then the merges in order.
    static String json(List<BpeTrainer.Merge> merges) {
        var tokens = new ArrayList<>(List.of(characters()));
        var lines = new ArrayList<String[]>();
        for (var merge : merges) {
            var pair = new String[] {tokens.get(merge.left()), tokens.get(merge.right())};
            lines.add(pair);
            if (merge.symbol() == tokens.size()) {
                tokens.add(pair[0] + pair[1]);
            }
        }
        var vocabulary = new LinkedHashMap<String, Integer>();
        for (var token : tokens) {
            vocabulary.put(token, vocabulary.size());
        }
        return json(vocabulary, lines);
    }

    /// The tokenizer of a directory with GPT-2's files, under either pair of names.
    ///
    /// @throws InputException when they are not there
    static String json(Path directory) throws IOException {
        var encoder = first(directory, "encoder.json", "vocab.json");
        var pairs = first(directory, "vocab.bpe", "merges.txt");
        if (encoder == null || pairs == null) {
            throw new InputException(
                    "tokenizer.path must have tokenizer.json, or encoder.json and vocab.bpe, but was " + directory);
        }
        var vocabulary = new LinkedHashMap<String, Integer>();
        for (var entry : JSON.readTree(Files.readString(encoder)).properties()) {
            vocabulary.put(entry.getKey(), entry.getValue().asInt());
        }
        var merges = new ArrayList<String[]>();
        for (var line : Files.readAllLines(pairs)) {
            if (!line.isBlank() && !line.startsWith("#version")) {
                merges.add(line.split(" ", 2));
            }
        }
        return json(vocabulary, merges);
    }

    private static @Nullable Path first(Path directory, String... names) {
        for (var name : names) {
            if (Files.exists(directory.resolve(name))) {
                return directory.resolve(name);
            }
        }
        return null;
    }

    private static String json(Map<String, Integer> vocabulary, List<String[]> merges) {
        var root = JSON.createObjectNode();
        root.put("version", "1.0");
        var added = root.putArray("added_tokens");
        var end = vocabulary.get(END_OF_TEXT);
        if (end != null) {
            added.addObject()
                    .put("id", end)
                    .put("content", END_OF_TEXT)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        for (var part : List.of("pre_tokenizer", "decoder")) {
            root.putObject(part)
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", false)
                    .put("trim_offsets", true)
                    .put("use_regex", true);
        }
        var model = root.putObject("model");
        model.put("type", "BPE");
        var ids = model.putObject("vocab");
        vocabulary.forEach(ids::put);
        var list = model.putArray("merges");
        for (var merge : merges) {
            var pair = list.addArray();
            for (var symbol : merge) {
                pair.add(symbol);
            }
        }
        return JSON.writeValueAsString(root);
    }
}
