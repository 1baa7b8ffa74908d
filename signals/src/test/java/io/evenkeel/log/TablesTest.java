package io.evenkeel.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evenkeel.InputException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TablesTest {
    @Test
    void anyDelimiterAndName() {
        for (var delimiter : List.of(",", "\t", ";", "|", "   ")) {
            var text = "Global_Step,train/nll,gnorm\n10,2.5,1.5\n20,2.25,0.5\n".replace(",", delimiter);
            assertThat(Collected.of(text).only().lines())
                    .as(delimiter)
                    .containsExactly("10 {loss=2.5, grad/norm=1.5}", "20 {loss=2.25, grad/norm=0.5}");
        }
    }

    @Test
    void theUserSaysWhatIsWhat() {
        var text = "n,loss,my.metric,t\n1,9,2.5,1700000000\n2,9,2.4,1700000001\n";
        var options = LogOptions.defaults().withMap(LogOptions.parseMap(List.of("loss=my.metric", "step=n", "time=t")));
        var run = Collected.of(text, options).only();
        assertThat(run.lines()).containsExactly("1 {source/loss=9.0, loss=2.5}", "2 {source/loss=9.0, loss=2.4}");
        assertThat(run.readings.getFirst().wallSeconds()).isEqualTo(1.7e9);
        assertThat(run.info.series()).isEqualTo(Map.of("loss", "my.metric"));
        var wrong = Collected.of(text, LogOptions.defaults().withMap(Map.of("loss", "nope")));
        assertThat(wrong.warnings).anyMatch(warning -> warning.contains("nope"));
        assertThatThrownBy(() -> LogOptions.parseMap(List.of("loss")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("SERIES=COLUMN");
        assertThat(LogOptions.parseMap(List.of("val-loss=x", "grad_norm=y")))
                .isEqualTo(Map.of("val/loss", "x", "grad/norm", "y"));
    }

    @Test
    void namesAreCheckedAgainstWhatTheColumnsHold() {
        var text = "step,index,loss,lr,seen\n0.5,1,2.5,1e9,x\n0.7,2,2.4,2e9,y\n0.2,3,2.3,3e9,z\n";
        var run = Collected.of(text).only();
        assertThat(run.lines()).first().isEqualTo("1 {step=0.5, loss=2.5, source/lr=1.0E9}".replace("source/", ""));
        assertThat(run.info.notes()).anyMatch(note -> note.contains("lr is not taken as lr"));
        assertThat(run.info.missing()).contains("grad/norm");
    }

    @Test
    void aLossByItsNameOnly() {
        var run = Collected.of("step,mlm_loss,dev_mlm_loss\n1,2.5,2.6\n2,2.4,2.5\n")
                .only();
        assertThat(run.lines()).first().isEqualTo("1 {loss=2.5, val/loss=2.6}");
        assertThat(run.info.notes()).anyMatch(note -> note.contains("mlm_loss is taken as loss"));
    }

    @Test
    void withoutHeaderOrSteps() {
        var run = Collected.of("1.5 2.5\n1.25 2.25\n").only();
        assertThat(run.lines()).first().isEqualTo("1 {column 1=1.5, column 2=2.5}");
        assertThat(run.info.notes()).anyMatch(note -> note.contains("no header"));
        assertThat(Collected.of("loss\n2.5\n2.4\n").only().lines()).containsExactly("1 {loss=2.5}", "2 {loss=2.4}");
        assertThat(Collected.of("# step loss\n1 2.5\n2 2.4\n").only().lines())
                .containsExactly("1 {loss=2.5}", "2 {loss=2.4}");
    }

    @Test
    void runsByColumn() {
        var text = "run_id,step,loss\na,1,2.5\nb,1,3.5\na,2,2.4\nb,2,3.4\n";
        var all = Collected.of(text);
        assertThat(all.runs.keySet()).containsExactly("a", "b");
        assertThat(all.runs.get("a").lines()).containsExactly("1 {loss=2.5}", "2 {loss=2.4}");
        assertThat(all.runs.get("b").lines()).containsExactly("1 {loss=3.5}", "2 {loss=3.4}");
        var arm = Collected.of(
                "arm,lr_tag,step,loss\nx,1,1,2.5\nx,2,1,3.5\n",
                LogOptions.defaults().withGroupBy(List.of("arm", "lr_tag")));
        assertThat(arm.runs.keySet()).containsExactly("x/1", "x/2");
        assertThatThrownBy(() -> Collected.of(text, LogOptions.defaults().withGroupBy(List.of("nope"))))
                .isInstanceOf(InputException.class)
                .hasMessage("group-by must be one of the columns run_id, step, loss but was nope (log)");
        var json = Collected.of("{\"run\":\"a\",\"step\":1,\"loss\":2}\n{\"run\":7,\"step\":1,\"loss\":3}\n");
        assertThat(json.runs.keySet()).containsExactly("a", "7");
    }

    @Test
    void aRowAValue() {
        var text = "step,metric,value\n1,train/loss,2.5\n1,grad_norm,0.5\n2,train/loss,nan\n";
        assertThat(Collected.of(text).only().lines()).containsExactly("1 {loss=2.5, grad/norm=0.5}", "2 {loss=NaN}");
    }

    @Test
    void sparseRowsOfAStepAreOneReading() {
        var text = "epoch,step,train_loss,val_loss\n0,10,2.5,\n0,10,,2.6\n0,20,2.4,\n";
        assertThat(Collected.of(text).only().lines())
                .containsExactly("10 {epoch=0.0, loss=2.5, val/loss=2.6}", "20 {epoch=0.0, loss=2.4}");
    }

    @Test
    void theLaterOfRepeatedStepsWins() {
        var run = Collected.of("step,loss\n1,2.5\n2,2.4\n3,nan\n2,2.2\n3,2.1\n4,2.0\n4,1.9\n")
                .only();
        assertThat(run.lines())
                .containsExactly(
                        "1 {loss=2.5}", "2 {loss=2.4}", "3 {loss=NaN}", "2 {loss=2.2}", "3 {loss=2.1}", "4 {loss=1.9}");
        assertThat(run.restarts).containsExactly(2L);
        assertThat(run.info.notes())
                .anyMatch(note -> note.contains("steps go back 1 times"))
                .anyMatch(note -> note.contains("1 values were given again"));
    }

    @Test
    void manyRestartsAreManyRuns() {
        var text = new StringBuilder("step,loss\n");
        for (var i = 0; i < 500; i++) {
            text.append(i % 10).append(",2.5\n");
        }
        assertThat(Collected.of(text.toString()).only().info.notes())
                .anyMatch(note -> note.contains("several runs seem to be mixed"));
    }

    @Test
    void spreadsheetAndPandasHabits() {
        assertThat(Collected.of("step;loss;lr\n1;2,5;0,001\n2;2,4;0,001\n")
                        .only()
                        .lines())
                .containsExactly("1 {loss=2.5, lr=0.001}", "2 {loss=2.4, lr=0.001}");
        assertThat(Collected.of("\"step\",\"my, \"\"loss\"\"\"\n\"1\",\"2.5\"\n")
                        .only()
                        .info
                        .series())
                .isEqualTo(Map.of("loss", "my, \"loss\""));
        var text = new StringBuilder("step,loss\n");
        for (var i = 0; i < 100; i++) {
            text.append(i).append(i == 50 ? ",\n" : ",2.5\n");
        }
        assertThat(Collected.of(text.toString()).only().info.notes()).anyMatch(note -> note.contains("pandas"));
        var json = new StringBuilder();
        for (var i = 0; i < 100; i++) {
            json.append("{\"step\":").append(i).append(i == 50 ? ",\"loss\":null}\n" : ",\"loss\":2.5}\n");
        }
        assertThat(Collected.of(json.toString()).only().info.notes()).anyMatch(note -> note.contains("null in 1 rows"));
    }

    @Test
    void encodings() {
        var text = "step,loss,größe\n1,2.5,1\n2,2.4,1\n";
        for (var charset : List.of(
                StandardCharsets.UTF_8,
                StandardCharsets.UTF_16,
                StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_16BE,
                Charset.forName("x-UTF-16LE-BOM"))) {
            assertThat(Collected.of(text.getBytes(charset), LogOptions.defaults())
                            .only()
                            .lines())
                    .as("%s", charset)
                    .first()
                    .isEqualTo("1 {loss=2.5, größe=1.0}");
        }
        assertThat(Collected.of(("\ufeff" + text).getBytes(StandardCharsets.UTF_8), LogOptions.defaults())
                        .only()
                        .lines())
                .hasSize(2);
        assertThat(Collected.of(text.getBytes(StandardCharsets.ISO_8859_1), LogOptions.defaults())
                        .only()
                        .series("loss"))
                .containsExactly("1:2.5", "2:2.4");
        assertThat(Collected.of("step,loss\r1,2.5\r2,2.4\r").only().lines()).hasSize(2);
        assertThat(Collected.of("step,loss\r\n1,2.5\r\n2,2.4\r\n").only().lines())
                .hasSize(2);
    }

    @Test
    void aHeaderWrittenAgainAndBadRows() {
        var all = Collected.of("step,loss\n1,2.5\nstep,loss\n2,2.4\n3\n4,2.2,7\nx,1\n1e30,2\n5,oops\n6,2.0");
        assertThat(all.only().series("loss")).containsExactly("1:2.5", "2:2.4", "6:2.0");
        assertThat(all.warnings).anyMatch(warning -> warning.contains("the first of 3 at line 5"));
        assertThat(all.only().info.notes())
                .anyMatch(note -> note.contains("1 values are no numbers"))
                .anyMatch(note -> note.contains("1 rows have no whole number"))
                .anyMatch(note -> note.contains("the last line has no end"));
    }
}
