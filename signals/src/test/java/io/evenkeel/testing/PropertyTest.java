package io.evenkeel.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PropertyTest {
    private static final List<String> NAMES = List.of("evenkeel.seed", "evenkeel.cases");
    private final List<String> before = new ArrayList<>();

    @BeforeEach
    void clearProperties() {
        NAMES.forEach(name -> before.add(System.clearProperty(name)));
    }

    @AfterEach
    void restoreProperties() {
        for (var i = 0; i < NAMES.size(); i++) {
            if (before.get(i) == null) {
                System.clearProperty(NAMES.get(i));
            } else {
                System.setProperty(NAMES.get(i), before.get(i));
            }
        }
    }

    private static List<Long> drawn(int cases) {
        var values = new ArrayList<Long>();
        Property.check(cases, random -> values.add(random.nextLong()));
        return values;
    }

    @Test
    void everyRunChecksTheSameDistinctCases() {
        assertThat(drawn(50)).doesNotHaveDuplicates().hasSize(50).isEqualTo(drawn(50));
    }

    @Test
    void aFailureNamesItsCaseWhichRunsAlone() {
        var third = drawn(3).getLast();
        assertThatThrownBy(() -> Property.check(
                        10, random -> assertThat(random.nextLong()).as("drawn").isNotEqualTo(third)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("case 2 fails (repeat it with -Devenkeel.seed=2): [drawn]")
                .hasCauseInstanceOf(AssertionError.class);
        System.setProperty("evenkeel.seed", "2");
        assertThat(drawn(10)).containsExactly(third);
    }

    @Test
    void checksAsManyCasesAsAsked() {
        System.setProperty("evenkeel.cases", "7");
        assertThat(drawn(3)).hasSize(7);
        assertThat(drawn(3).getFirst()).isEqualTo(RandomStream.of(0, "property").nextLong());
    }
}
