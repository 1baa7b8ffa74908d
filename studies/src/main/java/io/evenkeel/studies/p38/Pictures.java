package io.evenkeel.studies.p38;

import io.evenkeel.data.Batch;
import io.evenkeel.studies.common.Clothes;
import io.evenkeel.tensor.Aten;
import io.evenkeel.tensor.Tensor;
import io.evenkeel.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;

/// Clothes, padded to 32 x 32.
final class Pictures implements AutoCloseable {
    private static final int SIDE = 32;

    private final Clothes clothes;

    private Pictures(Clothes clothes) {
        this.clothes = clothes;
    }

    /// @param count to train on
    /// @param tests to test on
    static Pictures open(int count, int tests, Path cache) {
        return new Pictures(Clothes.open(count, tests, cache));
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
        return clothes.count();
    }

    /// `[b, 32, 32]`
    Tensor pictures(Tensor which) {
        return padded(clothes.pictures(which));
    }

    Tensor labels(Tensor which) {
        return clothes.labels(which);
    }

    /// Not padded.
    List<Batch> test() {
        return clothes.test();
    }

    @Override
    public void close() {
        clothes.close();
    }
}
