package io.evenkeel.simulate;

import io.evenkeel.random.RandomStream;
import java.util.PriorityQueue;

/// When the workers fail, and which are at work. Times to trouble are Weibull; a replaced worker is new.
final class Workers {
    private final RandomStream random;
    private final double scale;
    private final double shape;
    private final double horizon;
    private final PriorityQueue<Trouble> troubles = new PriorityQueue<>();
    private final PriorityQueue<Double> repairs = new PriorityQueue<>();
    private final int places;
    private int active;
    private int spares;

    private record Trouble(double at, int worker) implements Comparable<Trouble> {
        @Override
        public int compareTo(Trouble other) {
            int order = Double.compare(at, other.at);
            return order != 0 ? order : Integer.compare(worker, other.worker);
        }
    }

    Workers(Simulation.Config config, RandomStream random) {
        this.random = random;
        shape = config.faults().weibullShape();
        scale = config.faults().mtbfSeconds() / Math.exp(logGamma(1 + 1 / shape));
        horizon = config.horizonSeconds();
        places = config.workers();
        active = places;
        spares = Math.max(1, (int) Math.ceil(config.costs().spareShare() * places));
        for (int worker = 0; worker < places; worker++) {
            begin(worker, 0);
        }
    }

    /// A fresh worker begins at a place.
    void begin(int worker, double now) {
        var life = scale * Math.pow(-Math.log1p(-random.nextDouble()), 1 / shape);
        if (now + life < horizon) {
            troubles.add(new Trouble(now + life, worker));
        }
    }

    /// When the next trouble comes; infinite for never.
    double nextTrouble() {
        return troubles.isEmpty() ? Double.POSITIVE_INFINITY : troubles.peek().at();
    }

    /// Takes the next trouble out: the place it hits.
    int takeTrouble() {
        return troubles.remove().worker();
    }

    /// Takes out the trouble that a worker would have had.
    void retire(int worker) {
        troubles.removeIf(trouble -> trouble.worker() == worker);
    }

    /// When the next worker comes back from repair; infinite for never.
    double nextRepaired() {
        return repairs.isEmpty() ? Double.POSITIVE_INFINITY : repairs.peek();
    }

    void repair(double until) {
        repairs.add(until);
    }

    double takeRepaired() {
        return repairs.remove();
    }

    /// Takes a spare worker if there is one.
    boolean takeSpare() {
        if (spares == 0) {
            return false;
        }
        spares--;
        return true;
    }

    boolean hasSpare() {
        return spares > 0;
    }

    void addSpare() {
        spares++;
    }

    int active() {
        return active;
    }

    boolean complete() {
        return active == places;
    }

    void leave() {
        active--;
    }

    void join() {
        active++;
    }

    /// `ln Gamma(x)` for `x > 1`: Stirling's series at `x + 8`, brought back by the recurrence.
    static double logGamma(double x) {
        double product = 1;
        double z = x;
        while (z < 9) {
            product *= z++;
        }
        var inverse = 1 / z;
        var square = inverse * inverse;
        var series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
        return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
    }
}
