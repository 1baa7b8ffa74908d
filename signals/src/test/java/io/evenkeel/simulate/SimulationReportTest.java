package io.evenkeel.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationReportTest {
    private static Sweep.Config small() {
        return new Sweep.Config(
                Simulation.Config.defaults(),
                List.of(8, 1024, 12_288),
                List.of(Policy.person(), Policy.twoStage()),
                3,
                1);
    }

    @Test
    void hasARowForEveryPolicyAndNumberOfWorkers() {
        var report = SimulationReport.of(small());
        assertThat(report.rows()).hasSize(6).allSatisfy(row -> {
            assertThat(row.ratio().low()).isLessThanOrEqualTo(row.ratio().mean());
            assertThat(row.ratio().high()).isGreaterThanOrEqualTo(row.ratio().mean());
            assertThat(row.seeds()).isEqualTo(3);
        });
        assertThat(report.rows().getLast().policy()).isEqualTo("two-stage");
        assertThat(report.rows().getLast().workers()).isEqualTo(12_288);
        assertThat(SimulationReport.of(small())).isEqualTo(report);
        assertThat(report.table().lines()).hasSize(4);
    }

    @Test
    void drawsTheRatioAgainstTheNumberOfWorkers() {
        var report = SimulationReport.of(small());
        assertThat(report.svg())
                .isEqualTo(report.svg())
                .contains("Effective training-time ratio")
                .contains(">12,288<", ">1,024<", ">8<", ">person<", ">two-stage<", "3 jobs a point, 30 days each");
    }

    @Test
    void namesTheFirstAndTheLastNumberOfWorkersOfTheDefaultSweep() {
        var job = Simulation.Config.defaults();
        var day = new Simulation.Config(8, 86_400, job.stepSeconds(), job.faults(), job.costs(), job.policy());
        var workers = Sweep.Config.defaults().workers();
        var config = new Sweep.Config(day, workers, List.of(Policy.guardedSpares()), 2, 1);
        assertThat(SimulationReport.of(config).svg()).contains(">8<", ">12,288<");
    }

    @Test
    void refusesPoliciesOfOneName() {
        assertThatThrownBy(() -> new Sweep.Config(
                        Simulation.Config.defaults(), List.of(8), List.of(Policy.person(), Policy.person()), 3, 1))
                .hasMessage("policies must be named differently but was [person, person]");
    }
}
