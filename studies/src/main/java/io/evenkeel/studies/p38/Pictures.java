package io.evenkeel.studies.p38;

import io.evenkeel.config.ConfigReader;
import io.evenkeel.data.Batch;
import io.evenkeel.data.DataConfig;
import io.evenkeel.data.ImageData;
import io.evenkeel.data.Partition;
import io.evenkeel.random.RandomStreams;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Fashion-MNIST, padded to 32 x 32: the first pictures of an order to train on, and the first of the test part.
final class Pictures implements AutoCloseable {
    private static final int SIDE = 32;

    private final Tensor train; // [n, 32, 32]
    private final Tensor labels; // [n]
    private final List<Batch> test;

    private Pictures(Tensor train, Tensor labels, List<Batch> test) {
        this.train = train;
        this.labels = labels;
        this.test = test;
    }

    /// @param count to train on
    /// @param tests to test on
    static Pictures open(int count, int tests, Path cache) {
        var config = ConfigReader.read(List.of("source=fashion-mnist"), ImageData.Config.defaults());
        try (var data = DataConfig.open(config, cache);
                var source = data.train(count, new RandomStreams(38).stream("pictures"), Partition.WHOLE);
                var first = source.next()) {
            var test = new ArrayList<Batch>();
            data.validation(500, tests).forEach(test::add);
            return new Pictures(padded(first.inputs()), first.targets().copy(), test);
        }
    }

    static Tensor padded(Tensor pictures) {
        var square = pictures.view(pictures.size(0), pictures.size(-2), pictures.size(-1));
        var edge = (SIDE - square.size(1)) / 2;
        var all = Tensors.zeros(square.size(0), SIDE, SIDE);
        all.narrow(1, edge, square.size(1)).narrow(2, edge, square.size(2)).copy_(square);
        return all;
    }

    /// Twice as large, bilinear.
    static Tensor doubled(Tensor pictures) {
        return Aten.op("aten::upsample_bilinear2d", "")
                .call(pictures.unsqueeze(1), new long[] {2 * pictures.size(1), 2 * pictures.size(2)}, false, null, null)
                .getFirst()
                .squeeze(1);
    }

    long count() {
        return train.size(0);
    }

    Tensor pictures(Tensor which) {
        return train.indexSelect(0, which);
    }

    Tensor labels(Tensor which) {
        return labels.indexSelect(0, which);
    }

    List<Batch> test() {
        return test;
    }

    @Override
    public void close() {
        train.close();
        labels.close();
        test.forEach(Batch::close);
    }
}
