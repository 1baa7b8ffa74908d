package io.evenkeel.studies.common;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.Batch;
import io.evenkeel.data.DataConfig;
import io.evenkeel.data.ImageData;
import io.evenkeel.data.Partition;
import io.evenkeel.data.Permutation;
import io.evenkeel.nn.Layer;
import io.evenkeel.random.RandomStream;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.tensor.Autograd;
import io.evenkeel.tensor.DType;
import io.evenkeel.tensor.Functional;
import io.evenkeel.tensor.Scope;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// Fashion-MNIST: the first pictures of an order to train on, `[n, 1, 28, 28]` and standardised, and the first of the test
/// part. The order is the same for all who ask for it.
public final class Clothes implements AutoCloseable {
    /// How many kinds of clothes there are.
    public static final int CLASSES = 10;

    private static final int TEST_BATCH = 500;

    private final Tensor pictures;
    private final Tensor labels;
    private final List<Batch> test;

    private Clothes(Tensor pictures, Tensor labels, List<Batch> test) {
        this.pictures = pictures;
        this.labels = labels;
        this.test = test;
    }

    /// @param count to train on
    /// @param tests to test on
    /// @param cache where prepared data is kept
    public static Clothes open(int count, int tests, Path cache) {
        var config = ConfigReader.read(List.of("source=fashion-mnist"), ImageData.Config.defaults());
        try (var data = DataConfig.open(config, cache);
                var source = data.train(count, new RandomStreams(38).stream("pictures"), Partition.WHOLE);
                var first = source.next()) {
            var test = new ArrayList<Batch>();
            data.validation(Math.min(TEST_BATCH, tests), tests).forEach(test::add);
            var side = first.inputs().size(-1);
            return new Clothes(first.inputs().reshape(-1, 1, side, side).copy(), first.targets().copy(), test);
        }
    }

    /// How many there are to train on.
    public long count() {
        return pictures.size(0);
    }

    /// Those pictures, `[b, 1, 28, 28]`.
    public Tensor pictures(Tensor which) {
        return pictures.indexSelect(0, which);
    }

    /// Their kinds, `[b]` INT64.
    public Tensor labels(Tensor which) {
        return labels.indexSelect(0, which);
    }

    /// The pictures to test on.
    public List<Batch> test() {
        return test;
    }

    /// Which pictures stand in the batches of one epoch after the other; a rest that fills no batch is left out.
    public static final class Order {
        private final RandomStream random;
        private final int batch;
        private final long count;
        private Permutation epoch;
        private long at;

        /// @param count of the first pictures
        public Order(RandomStream random, int batch, long count) {
            this.random = random;
            this.batch = batch;
            this.count = count;
            this.epoch = new Permutation(count, random.nextLong());
        }

        /// The next batch, `[b]` INT64.
        public Tensor next() {
            if (at + batch > count) {
                epoch = new Permutation(count, random.nextLong());
                at = 0;
            }
            var which = LongStream.range(at, at + batch).map(epoch::at).toArray();
            at += batch;
            return Tensors.of(which, which.length);
        }
    }

    /// Mean loss in nats and share of right answers on all pictures to test on, in evaluation mode.
    public Test examine(Layer model) {
        return examine(model, test);
    }

    /// The same on some of them.
    public Test examine(Layer model, List<Batch> test) {
        model.train(false);
        var loss = 0.0;
        var right = 0.0;
        var count = 0L;
        for (var batch : test) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                var logits = model.forward(batch.inputs().reshape(batch.size(), 1, pictures.size(2), pictures.size(3)));
                loss += Functional.crossEntropyEach(logits, batch.targets()).sum().item();
                right += logits.argmax(-1).eq(batch.targets()).to(DType.FLOAT32).sum().item();
                count += batch.size();
            }
        }
        model.train(true);
        return new Test(loss / count, right / count);
    }

    /// @param loss     nats a picture
    /// @param accuracy in [0, 1]
    public record Test(double loss, double accuracy) {}

    @Override
    public void close() {
        pictures.close();
        labels.close();
        test.forEach(Batch::close);
    }
}
