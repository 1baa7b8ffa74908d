package io.evenkeel.data;

import io.evenkeel.InputException;
import io.evenkeel.config.Doc;
import io.evenkeel.config.Named;
import io.evenkeel.data.fetch.Cache;
import io.evenkeel.data.fetch.DataSet.Kind;
import io.evenkeel.data.fetch.DataSets;
import io.evenkeel.data.format.Document;
import io.evenkeel.data.token.Tokenizer;
import io.evenkeel.random.RandomStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Text as tokens: documents to train on and documents held out, in a token file that is made once.
///
/// The tokens are kept in the cache, by the hash of all they depend on; a damaged file is made again.
public final class TextData implements Data {
    private static final String TOKENS = "tokens.bin";

    /// Part of the key: counts up when the same text would give other tokens or another file.
    private static final String FORM = "1";

    private final Config config;
    private final TextSource source;
    private final String sha256;
    private final Tokenizer tokenizer;
    private final TokenFile file;

    private TextData(Config config, TextSource source, String sha256, Tokenizer tokenizer, TokenFile file) {
        this.config = config;
        this.source = source;
        this.sha256 = sha256;
        this.tokenizer = tokenizer;
        this.file = file;
    }

    /// Which text, and how it is cut.
    ///
    /// @param source    `bundled`, the name of a text set, or a path: a text file or a folder of them (UTF-8,
    /// packed
    ///                  with gzip or not), or JSON lines
    /// @param field     of JSON lines, the field that holds the text; `text` when not given
    /// @param context   tokens a model sees at once
    /// @param split     the share held out for validation, by document; 0.05 when not given
    /// @param seed      fixes which documents are held out
    /// @param repeats   windows to train on whose targets are not counted; null for none
    @Named("text")
    public record Config(
            @Doc("bundled, a set of 'evenkeel data list', or a path")
            String source,

            @Doc("the field of JSON lines that holds the text") @Nullable
            String field,

            @Doc("bytes, chars, bpe with its vocabulary, or file with its path")
            Tokenizer.Config tokenizer,

            @Doc("tokens a model sees at once, >= 1") int context,

            @Doc("share of documents held out, in (0, 1); 0.05 when null") @Nullable
            Double split,

            @Doc("fixes what is held out") long seed,

            @Doc("what repeats too often to be learned; null for no such filter") @Nullable
            RepeatedNgrams repeats)
            implements DataConfig {
        private static final int DEFAULT_CONTEXT = 256;

        public Config {
            if (source.isBlank()) {
                throw new IllegalArgumentException("source must be bundled, the name of a set or a path but was empty");
            }
            if (context < 1) {
                throw new IllegalArgumentException("context must be >= 1 but was " + context);
            }
            DataConfig.checkSplit(split);
        }

        public static Config defaults() {
            return new Config(TextSource.BUNDLED, null, new Tokenizer.Bytes(), DEFAULT_CONTEXT, null, 0, null);
        }

        /// The configuration for a set of some kind, when the kind was not said.
        DataConfig as(Kind kind) {
            if (kind != Kind.TEXT && field != null) {
                throw new InputException("field must be left out but was " + field + " (" + source + " has "
                        + kind.unit() + ", no text)");
            }
            return switch (kind) {
                case TEXT -> this;
                case IMAGES -> new ImageData.Config(source, split, seed);
                case TABLE -> new TableData.Config(source, null, split, seed);
            };
        }
    }

    /// What is known of a source after reading it once.
    private record Census(List<String> names, long[] sizes, String sha256) {}

    /// Opens the text, and makes its token file unless the cache has it.
    ///
    /// @param cache the cache's directory, such as [Cache#directory]
    /// @throws InputException when the source is missing, empty, no text, or too short for the context
    public static TextData open(Config config, Path cache) {
        var source = TextSource.of(config.source(), config.field(), new DataSets(cache));
        var census = census(source);
        var share = config.split() == null ? DataConfig.DEFAULT_SPLIT : config.split();
        var heldOut = Split.heldOut(census.sizes(), share, config.seed());
        // A tokenizer in a file is what the file says now, so it is part of the key by content.
        var fixed = config.tokenizer() instanceof Tokenizer.File ? tokenizer(config, source, heldOut) : null;
        var key = sha256(FORM + " " + census.sha256() + " " + (fixed == null ? config.tokenizer() : fixed.sha256())
                + " " + HexFormat.of().formatHex(heldOut.toByteArray()));
        var directory = cache.resolve("tokens").resolve(key);
        try {
            var data = existing(config, source, key, directory);
            if (data == null) {
                var tokenizer = fixed == null ? tokenizer(config, source, heldOut) : fixed;
                Cache.publish(directory, filling -> {
                    tokenizer.save(filling);
                    write(filling.resolve(TOKENS), source, census, heldOut, tokenizer, key);
                });
                var file = TokenFile.open(directory.resolve(TOKENS), key, tokenizer.sha256());
                data = new TextData(config, source, key, tokenizer, file);
            }
            return data.checked();
        } catch (IOException e) {
            throw new InputException("the cache must be writable and readable but " + directory + " is not: " + e, e);
        }
    }

    private static @Nullable TextData existing(Config config, TextSource source, String key, Path directory)
            throws IOException {
        if (!Files.isDirectory(directory)) {
            return null;
        }
        try {
            var tokenizer = Tokenizer.load(directory);
            var file = TokenFile.open(directory.resolve(TOKENS), key, tokenizer.sha256());
            return new TextData(config, source, key, tokenizer, file);
        } catch (InputException | IOException e) {
            // Whatever is wrong with it, it can be made again.
            Cache.delete(directory);
            return null;
        }
    }

    private static Census census(TextSource source) {
        var names = new ArrayList<String>();
        var sizes = new ArrayList<Long>();
        var digest = digest();
        source.forEach(document -> {
            names.add(document.name());
            for (var part : new String[] {document.name(), document.text()}) {
                var bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update(
                        java.nio.ByteBuffer.allocate(8).putLong(bytes.length).array());
                digest.update(bytes);
            }
            sizes.add((long) document.text().length());
        });
        if (names.isEmpty()) {
            throw new InputException("source must have text but " + source.id() + " is empty");
        }
        if (names.size() < 2) {
            throw new InputException(
                    "source must have at least two documents, one to train on and one to hold out, but " + source.id()
                            + " has one of " + sizes.getFirst() + " characters");
        }
        return new Census(
                names,
                sizes.stream().mapToLong(Long::longValue).toArray(),
                HexFormat.of().formatHex(digest.digest()));
    }

    /// Reads the source once more and hands on the documents of one part.
    private static void part(TextSource source, BitSet heldOut, boolean held, Consumer<Document> documents) {
        var number = new int[1];
        source.forEach(document -> {
            if (heldOut.get(number[0]++) == held) {
                documents.accept(document);
            }
        });
    }

    private static Tokenizer tokenizer(Config config, TextSource source, BitSet heldOut) {
        return Tokenizer.of(
                config.tokenizer(),
                texts -> part(source, heldOut, false, document -> texts.accept(separated(document.text()))));
    }

    /// Documents end with a line, so that the next does not run on from it.
    private static String separated(String text) {
        return text.endsWith("\n") ? text : text + "\n";
    }

    private static void write(
            Path path, TextSource source, Census census, BitSet heldOut, Tokenizer tokenizer, String key)
            throws IOException {
        var names = new ArrayList<String>();
        for (var held : new boolean[] {false, true}) {
            for (var i = 0; i < census.names().size(); i++) {
                if (heldOut.get(i) == held) {
                    names.add(census.names().get(i));
                }
            }
        }
        var trainDocuments = names.size() - heldOut.cardinality();
        try (var writer =
                new TokenFile.Writer(path, names, trainDocuments, tokenizer.vocabulary(), key, tokenizer.sha256())) {
            for (var held : new boolean[] {false, true}) {
                part(source, heldOut, held, document -> {
                    try {
                        writer.add(tokenizer.encode(separated(document.text())));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
            }
            writer.finish();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private TextData checked() {
        var context = config.context();
        if (trainTokens() <= context || validationTokens() <= context) {
            var part = trainTokens() <= context ? "training" : "validation";
            var tokens = Math.min(trainTokens(), validationTokens());
            var documents = trainTokens() <= context ? file.trainDocuments() : file.documents() - file.trainDocuments();
            close();
            throw new InputException("context must be < " + tokens + " but was " + context + " (the " + part
                    + " part of " + source.id() + " has " + tokens + " tokens in " + documents
                    + " document(s), and a window takes " + (context + 1) + ")");
        }
        return this;
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String id() {
        return source.id();
    }

    @Override
    public String sha256() {
        return sha256;
    }

    @Override
    public String licence() {
        return source.licence();
    }

    /// The tokenizer, to keep with a run.
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Tokens a model sees at once.
    public int context() {
        return config.context();
    }

    /// Documents in both parts.
    public long documents() {
        return file.documents();
    }

    /// Tokens to train on.
    public long trainTokens() {
        return file.trainTokens();
    }

    /// Tokens held out.
    public long validationTokens() {
        return file.tokens() - file.trainTokens();
    }

    @Override
    public BatchSource train(int batchSize, RandomStream order, Partition partition) {
        var windows = new TextWindows(
                file, 0, trainTokens(), config.context(), RandomStream.from(order.state()), config.repeats());
        return new ShuffledBatches(windows, batchSize, order, partition);
    }

    /// Consecutive windows from the beginning of the held-out documents.
    @Override
    public Validation validation(int batchSize, long maxTokens) {
        var windows = new TextWindows(file, trainTokens(), validationTokens(), config.context(), null, null);
        return Validation.of(windows, batchSize, maxTokens, config.context());
    }

    /// What the best model that knows no context loses, nats a token: the cross-entropy of the held-out text under
    /// the
    /// frequencies of tokens in the training text, each counted once more than it occurs so that none is
    /// impossible.
    /// Training must end clearly below.
    public double unigramEntropy() {
        var train = counts(0, trainTokens());
        var held = counts(trainTokens(), file.tokens());
        var total = (double) trainTokens() + train.length;
        var sum = 0.0;
        for (var token = 0; token < held.length; token++) {
            sum -= held[token] * Math.log((train[token] + 1) / total);
        }
        return sum / validationTokens();
    }

    /// The entropy of the held-out text's own frequencies of tokens, nats: the least that [#unigramEntropy] could
    /// be.
    public double validationEntropy() {
        var total = (double) validationTokens();
        var sum = 0.0;
        for (var count : counts(trainTokens(), file.tokens())) {
            sum -= count == 0 ? 0 : count * Math.log(count / total);
        }
        return sum / total;
    }

    private long[] counts(long begin, long end) {
        var counts = new long[tokenizer.vocabulary()];
        for (var i = begin; i < end; i++) {
            counts[file.token(i)]++;
        }
        return counts;
    }

    @Override
    public void close() {
        file.close();
    }
}
