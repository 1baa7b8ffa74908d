package io.evenkeel.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    /// The published SplitMix64 sequence of seed 1234567 (its first output is 6457827717110365317): key 1234567,
    /// counter 0.
    @Test
    void isSplitMix64() {
        var stream = RandomStream.from(new RandomStream.State(1234567, 0));
        assertThat(LongStream.generate(stream::nextLong).limit(3).toArray())
                .containsExactly(6457827717110365317L, 3203168211198807973L, -8629252141511181193L);
    }

    @Test
    void continuesFromASavedStateExactly() {
        var stream = RandomStream.of(7, "data");
        stream.nextGaussian();
        var state = stream.state();
        var expected = LongStream.generate(stream::nextLong).limit(100).toArray();
        stream.restore(state);
        assertThat(LongStream.generate(stream::nextLong).limit(100).toArray()).containsExactly(expected);
        assertThat(LongStream.generate(RandomStream.from(state)::nextLong)
                        .limit(100)
                        .toArray())
                .containsExactly(expected);
    }

    @Test
    void aSplitDrawsNothingFromItsParentAndDependsOnNameAndSeedOnly() {
        var a = RandomStream.of(7, "init");
        var b = RandomStream.of(7, "init");
        a.nextLong();
        assertThat(a.split("x").nextLong()).isEqualTo(b.split("x").nextLong());
        assertThat(b.split("x").nextLong()).isNotEqualTo(b.split("y").nextLong());
        assertThat(RandomStream.of(8, "init").nextLong())
                .isNotEqualTo(RandomStream.of(7, "init").nextLong());
        assertThat(b.state().counter()).isZero();
    }

    @Test
    void refusesTheStateOfAnotherStream() {
        var state = RandomStream.of(7, "a").state();
        assertThatThrownBy(() -> RandomStream.of(7, "b").restore(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another stream");
    }

    @Test
    void restoresAllStreamsOfARunTogether() {
        var streams = new RandomStreams(3);
        streams.stream("a").nextLong();
        var state = streams.state();
        var next = streams.stream("a").nextLong();
        streams.stream("late").nextLong();
        streams.restore(state);
        assertThat(streams.stream("a").nextLong()).isEqualTo(next);
        assertThat(streams.stream("late").state().counter()).isZero();
    }
}
