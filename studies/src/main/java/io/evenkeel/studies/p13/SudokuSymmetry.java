package io.evenkeel.studies.p13;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// A move that turns a 4 x 4 Sudoku into another: digits renamed, perhaps rows and columns exchanged, bands and the rows
/// in them in another order, and so with columns. Empty cells, 0, stay empty.
///
/// @paper P13 augmentation of the training set
final class SudokuSymmetry {
    private static final int BOX = 2;
    private static final int SIDE = BOX * BOX;

    private SudokuSymmetry() {}

    static UnaryOperator<long[]> draw(RandomStream random) {
        var digits = new ArrayList<>(List.of(1L, 2L, 3L, 4L));
        Collections.shuffle(digits, random);
        var transpose = random.nextBoolean();
        var rows = lines(random);
        var columns = lines(random);
        return cells -> IntStream.range(0, SIDE * SIDE)
                .map(i -> transpose ? i % SIDE * SIDE + i / SIDE : i)
                .mapToLong(i -> cells[rows[i / SIDE] * SIDE + columns[i % SIDE]])
                .map(digit -> digit == 0 ? 0 : digits.get((int) digit - 1))
                .toArray();
    }

    /// Bands in a random order, and in each the lines.
    private static int[] lines(RandomStream random) {
        var bands = new ArrayList<>(List.of(new int[] {0, 1}, new int[] {2, 3}));
        Collections.shuffle(bands, random);
        return bands.stream()
                .flatMapToInt(band -> random.nextBoolean() ? Arrays.stream(band) : IntStream.of(band[1], band[0]))
                .toArray();
    }
}
