package io.evenkeel.schedule;

/// 1 up to update `start`, then down to `floor` in update `start + steps`, then `floor`. With 0 steps it never decays.
///
/// @param shape how it goes down
/// @param start number of the update from which the decay counts, `>= 0`
/// @param steps updates that it takes, `>= 0`
/// @param floor factor at its end, in [0, 1]; `> 0` for [Shape#INVERSE]
public record Decay(Shape shape, long start, long steps, double floor) implements Schedule {
    public Decay {
        Checks.atLeast(0, "start", start);
        Checks.atLeast(0, "steps", steps);
        shape.checkFloor(floor);
    }

    @Override
    public double factor(long step) {
        var k = step + 1 - start;
        return k < 0 || steps == 0 ? 1 : shape.at(Math.min(k, steps), steps, floor);
    }

    /// How a factor goes from 1 at `k = 0` to its floor `f` at `k = D`.
    public enum Shape {
        /// `1 - (1 - f) k / D`.
        LINEAR {
            @Override
            double fallen(double share) {
                return share;
            }
        },
        /// `f + (1 - f) (1 + cos(pi k / D)) / 2`.
        COSINE {
            @Override
            double fallen(double share) {
                return (1 - Math.cos(Math.PI * share)) / 2;
            }
        },
        /// `1 - (1 - f) sqrt(k / D)` (Hägele et al., "Scaling laws and compute-optimal training beyond fixed
        /// training
        /// durations", 2024).
        SQRT {
            @Override
            double fallen(double share) {
                return Math.sqrt(share);
            }
        },
        /// `1 / ((1 / f - 1) max(k, 1) / D + 1)`: the reciprocal grows linearly, the optimal decay of noise in
        /// a
        /// quadratic valley. Updates 0 and 1 share a value.
        ///
        /// @paper P61 the decay of WSD and WSD-S
        INVERSE {
            @Override
            double at(long k, long steps, double floor) {
                return 1 / ((1 / floor - 1) * Math.max(k, 1) / steps + 1);
            }

            @Override
            double fallen(double share) {
                throw new AssertionError("has its own formula");
            }

            @Override
            void checkFloor(double floor) {
                if (!(floor > 0 && floor <= 1)) {
                    throw new IllegalArgumentException(
                            "floor must be > 0 and <= 1 for an inverse decay but was " + floor);
                }
            }
        };

        /// The factor at `k` of `steps`, `0 <= k <= steps`, `steps >= 1`.
        double at(long k, long steps, double floor) {
            return k == steps ? floor : 1 - (1 - floor) * fallen((double) k / steps);
        }

        /// The share of the way from 1 to the floor that is gone at a share of the steps.
        abstract double fallen(double share);

        void checkFloor(double floor) {
            Checks.floor(floor);
        }
    }
}
