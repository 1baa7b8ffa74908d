package io.evenkeel.studies.p25;

import io.evenkeel.data.Batch;
import io.evenkeel.loss.LanguageModelLoss;
import io.evenkeel.metric.Readings;
import io.evenkeel.nn.Decoder;
import io.evenkeel.random.RandomStream;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import io.evenkeel.train.PlainRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Autoregressive filling of blanks: of a text some short spans are taken out, or all from some place on; what is left is
/// seen by every place, and what was taken out is written span after span, in random order.
///
/// @paper P25 section 2.2
final class BlankInfilling {
    /// Bytes that no text has stand for a short blank, for one up to the end, and around what is filled in.
    static final long MASK = 0x1A;

    static final long LONG_MASK = 0x1B;
    static final long BEGIN = 0x02;
    static final long END = 0x03;

    private final Shape shape;
    private final RandomStream random;

    /// @param shortShare of the batches that have short blanks, in [0, 1]; the others have one up to the end
    /// @param masked     share of the text in short blanks, in (0, 0.25]
    /// @param meanSpan   mean length of a short blank, of a Poisson distribution
    record Shape(double shortShare, double masked, double meanSpan) {
        /// As for the model of 130 billion parameters; the length of spans is that of GLM.
        static final Shape PUBLISHED = new Shape(0.3, 0.15, 3);
    }

    /// A place of a text that is taken out.
    record Span(int start, int length) {}

    /// Which spans of `length` tokens are taken out, in the order in which they are filled in.
    record Layout(int length, List<Span> spans) {
        boolean suffix() {
            return spans.size() == 1 && spans.getFirst().start() + spans.getFirst().length() == length;
        }

        /// Places of what is left, with one for each blank: all of them are seen by all.
        int context() {
            return length - masked() + spans.size();
        }

        int masked() {
            return spans.stream().mapToInt(Span::length).sum();
        }

        /// Places in all: the context, and each span with a mark before it.
        int places() {
            return context() + masked() + spans.size();
        }

        /// Whether a place of the text is taken out.
        private Optional<Span> over(int place) {
            return spans.stream()
                    .filter(span -> place >= span.start() && place < span.start() + span.length())
                    .findFirst();
        }

        /// What is read: the context with a mask for each span, then each span behind its mark.
        long[] tokens(long[] text) {
            var context = IntStream.range(0, length)
                    .filter(this::inContext)
                    .mapToLong(i -> over(i).isEmpty() ? text[i] : suffix() ? LONG_MASK : MASK);
            var filled = spans.stream()
                    .flatMapToLong(span -> LongStream.concat(
                            LongStream.of(BEGIN),
                            Arrays.stream(text, span.start(), span.start() + span.length())));
            return LongStream.concat(context, filled).toArray();
        }

        /// Positions in the text: a mask and the mark before its span have that of its start, and what is filled in the one
        /// behind its own, at which the next is said.
        long[] positions() {
            var context = IntStream.range(0, length).filter(this::inContext);
            var filled = spans.stream()
                    .flatMapToInt(span -> IntStream.rangeClosed(0, span.length())
                            .map(i -> Math.min(span.start() + i, length - 1)));
            return IntStream.concat(context, filled).asLongStream().toArray();
        }

        /// What stays, and the first place of each span.
        private boolean inContext(int place) {
            return over(place).map(span -> span.start() == place).orElse(true);
        }

        /// What is to be said at each place: nothing in the context, then each span and its end.
        long[] targets(long[] text) {
            var targets = new long[places()];
            Arrays.fill(targets, LanguageModelLoss.IGNORED);
            var at = context();
            for (var span : spans) {
                for (var i = 0; i < span.length(); i++) {
                    targets[at++] = text[span.start() + i];
                }
                targets[at++] = END;
            }
            return targets;
        }

        /// Additive, `[places, places]`: every place sees the context, and of what is filled in what comes before it.
        Tensor mask() {
            var all = Tensors.full(Double.NEGATIVE_INFINITY, DType.FLOAT32, places(), places()).triu(1);
            all.narrow(1, 0, context()).zero_();
            return all;
        }
    }

    BlankInfilling(Shape shape, RandomStream random) {
        this.shape = shape;
        this.random = random;
    }

    /// Spans for the next texts.
    Layout draw(int length) {
        if (random.nextDouble() >= shape.shortShare()) {
            var start = 1 + random.nextInt(length - 1);
            return new Layout(length, List.of(new Span(start, length - start)));
        }
        var left = (int) Math.round(shape.masked() * length);
        var lengths = new ArrayList<Integer>();
        while (left > 0) {
            var span = Math.min(left, Math.max(1, poisson(shape.meanSpan())));
            lengths.add(span);
            left -= span;
        }
        return new Layout(length, placed(lengths, length));
    }

    /// Spans that do not touch: the places where they begin among the tokens that stay, each way as likely.
    private List<Span> placed(List<Integer> lengths, int length) {
        var stay = length - lengths.stream().mapToInt(Integer::intValue).sum();
        var gaps = new ArrayList<Integer>();
        for (var i = 0; i <= stay; i++) {
            gaps.add(i);
        }
        Collections.shuffle(gaps, random);
        var chosen = gaps.subList(0, lengths.size()).stream().sorted().toList();
        var spans = new ArrayList<Span>();
        var taken = 0;
        for (var i = 0; i < chosen.size(); i++) {
            spans.add(new Span(chosen.get(i) + taken, lengths.get(i)));
            taken += lengths.get(i);
        }
        Collections.shuffle(spans, random);
        return spans;
    }

    private int poisson(double mean) {
        var limit = Math.exp(-mean);
        var count = -1;
        for (var product = 1.0; product > limit; count++) {
            product *= random.nextDouble();
        }
        return count;
    }

    /// One step of a run: all its texts have the same blanks.
    ///
    /// @return its readings, the loss being that of what is filled in, a token
    Readings step(PlainRun run) {
        return run.step(batch -> loss((Decoder) run.model(), batch));
    }

    /// Three quarters of the window are text, which leaves room for the marks.
    private LanguageModelLoss.Terms loss(Decoder model, Batch batch) {
        var context = (int) batch.inputs().size(1);
        var layout = draw(context * 3 / 4);
        var texts = batch.inputs().toLongs();
        var rows = (int) batch.size();
        var tokens = new long[rows * layout.places()];
        var targets = new long[tokens.length];
        for (var row = 0; row < rows; row++) {
            var text = Arrays.copyOfRange(texts, row * context, row * context + layout.length());
            System.arraycopy(layout.tokens(text), 0, tokens, row * layout.places(), layout.places());
            System.arraycopy(layout.targets(text), 0, targets, row * layout.places(), layout.places());
        }
        var logits = model.logits(
                Tensors.of(tokens, rows, layout.places()),
                Tensors.of(layout.positions(), layout.places()),
                layout.mask());
        return LanguageModelLoss.of(LanguageModelLoss.Config.defaults())
                .of(logits, Tensors.of(targets, rows, layout.places()));
    }
}
