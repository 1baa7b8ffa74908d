package io.evenkeel;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The arrows between packages, and what no class may do. Between modules Maven holds them: signals does not see core.
class ArchitectureTest {
    /// Lower layers do not know higher ones. Packages of the same layer may use each other, without cycles.
    private static final List<List<String>> CORE_LAYERS = List.of(
            List.of("tensor"),
            List.of("nn", "loss", "precision", "optim", "data", "schedule"),
            List.of("probe", "checkpoint"),
            List.of("worker"),
            List.of("train"),
            List.of("study"),
            List.of("studies"),
            List.of("app"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/") && !location.contains("-tests.jar"))
            .importPackages("io.evenkeel");

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    private static String[] packages(Stream<String> names) {
        return names.map(name -> "io.evenkeel." + name + "..").toArray(String[]::new);
    }

    @Test
    void everyModuleIsLookedAt() {
        assertThat(CLASSES.contain(InputException.class)).isTrue();
        assertThat(CLASSES.contain("io.evenkeel.tensor.Tensor")).isTrue();
        assertThat(CLASSES.contain("io.evenkeel.app.Main")).isTrue();
    }

    static Stream<Integer> layers() {
        return Stream.iterate(0, layer -> layer + 1).limit(CORE_LAYERS.size() - 1);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aLayerKnowsNoHigherOne(int layer) {
        var higher = CORE_LAYERS.subList(layer + 1, CORE_LAYERS.size()).stream().flatMap(List::stream);
        check(noClasses()
                .that()
                .resideInAnyPackage(packages(CORE_LAYERS.get(layer).stream()))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(higher)));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.evenkeel.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void aPackageLiesInOneModule() {
        var modules = CLASSES.stream()
                .collect(Collectors.groupingBy(
                        JavaClass::getPackageName, Collectors.mapping(ArchitectureTest::module, Collectors.toSet())));
        assertThat(modules)
                .allSatisfy((name, where) -> assertThat(where).as(name).hasSize(1));
    }

    /// The jar or directory of classes that a class comes from.
    private static String module(JavaClass type) {
        var location = type.getSource().orElseThrow().getUri().toString();
        return location.substring(0, location.indexOf("io/evenkeel/"));
    }

    @Test
    void schedulesAreDoubles() {
        check(classes()
                .that()
                .resideInAPackage("io.evenkeel.schedule..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "org.jspecify..", "io.evenkeel", "io.evenkeel.config..", "io.evenkeel.schedule.."));
    }

    @Test
    void libtorchIsBehindTensor() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.evenkeel.tensor..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco.."));
    }

    @Test
    void randomNumbersHaveOneDoor() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Random.class, SplittableRandom.class, ThreadLocalRandom.class));
        check(noClasses().should().callMethod(Math.class, "random"));
    }

    @Test
    void nobodyRunsTheCollector() {
        check(noClasses().should().callMethod(System.class, "gc").orShould().callMethod(Runtime.class, "gc"));
    }

    @Test
    void nobodyCatchesEverything() {
        check(codeUnits().should(new ArchCondition<>("not catch java.lang.Exception") {
            @Override
            public void check(JavaCodeUnit unit, ConditionEvents events) {
                unit.getTryCatchBlocks().stream()
                        .filter(block -> block.getCaughtThrowables().stream()
                                .anyMatch(caught -> caught.isEquivalentTo(Exception.class)))
                        .forEach(block -> events.add(SimpleConditionEvent.violated(
                                unit,
                                unit.getDescription() + " catches Exception in " + block.getSourceCodeLocation())));
            }
        }));
    }

    @Test
    void namesSayWhatAThingIs() {
        check(noClasses().should().haveNameMatching(".*(Impl|Manager|Helper|Utils?)"));
    }

    @Test
    void everyPackageIsNullMarked() {
        var unmarked = CLASSES.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                .map(p -> p.getName());
        assertThat(unmarked).isEmpty();
    }
}
