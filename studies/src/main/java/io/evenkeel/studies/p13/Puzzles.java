package io.evenkeel.studies.p13;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Puzzles as sequences: what is given at each place, and what belongs there.
///
/// @param inputs     symbols by puzzle and place
/// @param labels     answers by puzzle and place
/// @param vocabulary number of symbols
/// @param classes    number of answers
record Puzzles(List<long[]> inputs, List<long[]> labels, int vocabulary, int classes) {
    private static final int SIDE = 4;
    private static final int CELLS = SIDE * SIDE;
    private static final int GIVENS = 6;
    private static final int TRAINING_GRIDS = 230;
    private static final int WALL = 0;
    private static final int FREE = 1;

    /// To train on, and of other grids to test on.
    record Split(Puzzles train, Puzzles test) {}

    int places() {
        return inputs.getFirst().length;
    }

    /// 4 x 4 Sudoku with 6 givens and one solution: 0 for an empty cell.
    static Split sudoku(int train, int test, RandomStream random) {
        var grids = new ArrayList<>(grids());
        shuffle(grids, random);
        return new Split(
                sudoku(grids.subList(0, TRAINING_GRIDS), train, random),
                sudoku(grids.subList(TRAINING_GRIDS, grids.size()), test, random));
    }

    private static Puzzles sudoku(List<long[]> grids, int count, RandomStream random) {
        var inputs = new ArrayList<long[]>();
        var labels = new ArrayList<long[]>();
        while (inputs.size() < count) {
            var grid = grids.get(random.nextInt(grids.size()));
            var places = new ArrayList<>(IntStream.range(0, CELLS).boxed().toList());
            shuffle(places, random);
            var puzzle = new long[CELLS];
            places.subList(0, GIVENS).forEach(place -> puzzle[place] = grid[place]);
            if (solutions(puzzle.clone(), 0, new ArrayList<>(), 2).size() == 1) {
                inputs.add(puzzle);
                labels.add(grid);
            }
        }
        return new Puzzles(inputs, labels, SIDE + 1, SIDE + 1);
    }

    /// All 288 grids.
    static List<long[]> grids() {
        return solutions(new long[CELLS], 0, new ArrayList<>(), Integer.MAX_VALUE);
    }

    private static List<long[]> solutions(long[] cells, int from, List<long[]> found, int most) {
        var place = from;
        while (place < CELLS && cells[place] != 0) {
            place++;
        }
        if (place == CELLS) {
            found.add(cells.clone());
            return found;
        }
        for (var digit = 1; digit <= SIDE && found.size() < most; digit++) {
            if (fits(cells, place, digit)) {
                cells[place] = digit;
                solutions(cells, place + 1, found, most);
                cells[place] = 0;
            }
        }
        return found;
    }

    static boolean fits(long[] cells, int place, long digit) {
        var row = place / SIDE;
        var column = place % SIDE;
        for (var i = 0; i < SIDE; i++) {
            var box = (row / 2 * 2 + i / 2) * SIDE + column / 2 * 2 + i % 2;
            if (cells[row * SIDE + i] == digit || cells[i * SIDE + column] == digit || cells[box] == digit) {
                return false;
            }
        }
        return true;
    }

    /// Perfect mazes by depth-first search, with rooms at even rows and columns of a square of `side` cells: walls 0, free
    /// cells 1, start 2, goal 3; the answer is 1 on the only path from start to goal.
    ///
    /// @param side odd
    static Split mazes(int side, int train, int test, RandomStream random) {
        return new Split(mazes(side, train, random), mazes(side, test, random));
    }

    private static Puzzles mazes(int side, int count, RandomStream random) {
        var inputs = new ArrayList<long[]>();
        var labels = new ArrayList<long[]>();
        for (var i = 0; i < count; i++) {
            var cells = new long[side * side];
            carve(cells, side, 0, random);
            var rooms = (side + 1) / 2;
            var start = room(side, random.nextInt(rooms * rooms));
            var goal = start;
            while (goal == start) {
                goal = room(side, random.nextInt(rooms * rooms));
            }
            var path = new long[side * side];
            walk(cells, side, start, goal, path, -1);
            cells[start] = 2;
            cells[goal] = 3;
            inputs.add(cells);
            labels.add(path);
        }
        return new Puzzles(inputs, labels, 4, 2);
    }

    private static int room(int side, int number) {
        var rooms = (side + 1) / 2;
        return number / rooms * 2 * side + number % rooms * 2;
    }

    private static int[] directions(int side) {
        return new int[] {-side, side, -1, 1};
    }

    private static boolean inside(int side, int cell, int direction, int steps) {
        var column = cell % side;
        var to = cell + direction * steps;
        return to >= 0
                && to < side * side
                && switch (direction) {
                    case 1 -> column + steps < side;
                    case -1 -> column - steps >= 0;
                    default -> true;
                };
    }

    private static void carve(long[] cells, int side, int room, RandomStream random) {
        cells[room] = FREE;
        var ways = new ArrayList<>(Arrays.stream(directions(side)).boxed().toList());
        shuffle(ways, random);
        for (var way : ways) {
            if (inside(side, room, way, 2) && cells[room + 2 * way] == WALL) {
                cells[room + way] = FREE;
                carve(cells, side, room + 2 * way, random);
            }
        }
    }

    /// Marks the path; there is one.
    private static boolean walk(long[] cells, int side, int at, int goal, long[] path, int from) {
        path[at] = 1;
        if (at == goal) {
            return true;
        }
        for (var way : directions(side)) {
            var to = at + way;
            if (to != from && inside(side, at, way, 1) && cells[to] != WALL && walk(cells, side, to, goal, path, at)) {
                return true;
            }
        }
        path[at] = 0;
        return false;
    }

    private static <T> void shuffle(List<T> items, RandomStream random) {
        for (var i = items.size() - 1; i > 0; i--) {
            var j = random.nextInt(i + 1);
            items.set(i, items.set(j, items.get(i)));
        }
    }
}
