package io.weir.jepsen;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Collectors;

/** Which part may know which: the layering over all modules. */
@AnalyzeClasses(packages = "io.weir", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CLIENT = "io.weir.client..";
    private static final String PROTOCOL = "io.weir.protocol..";

    /** A module that is missing from the class path would keep every rule. */
    @ArchTest
    static void everyModuleIsHere(JavaClasses classes) {
        Set<String> modules = classes.stream().map(ArchitectureTest::moduleOf).collect(Collectors.toSet());
        assertThat(modules)
                .containsExactlyInAnyOrder(
                        "protocol", "logstore", "statemachine", "client", "consensus", "cli", "benchmarks", "jepsen");
    }

    @ArchTest
    static final ArchRule protocolKnowsNoOther = onlyWeir(PROTOCOL, PROTOCOL);

    @ArchTest
    static final ArchRule clientKnowsProtocolOnly = onlyWeir(CLIENT, CLIENT, PROTOCOL);

    @ArchTest
    static final ArchRule clientNeedsNoNativeCodeAndNoFlag = noClasses()
            .that()
            .resideInAPackage(CLIENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lmdbjava..", "jnr..", "com.kenai..", "org.agrona..", "org.apache.ratis..");

    @ArchTest
    static final ArchRule logStoreKnowsNoOther = onlyWeir("io.weir.logstore..", "io.weir.logstore..");

    @ArchTest
    static final ArchRule stateMachineKnowsTheStoresApiOnly =
            onlyWeir("io.weir.statemachine..", "io.weir.statemachine..", PROTOCOL, "io.weir.logstore");

    @ArchTest
    static final ArchRule consensusKnowsWhatIsBelow = onlyWeir(
            "io.weir.consensus..",
            "io.weir.consensus..",
            "io.weir.statemachine..",
            "io.weir.logstore..",
            CLIENT,
            PROTOCOL);

    @ArchTest
    static final ArchRule nobodyKnowsTheProgram = noClasses()
            .that()
            .resideOutsideOfPackage("io.weir.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.weir.cli..");

    @ArchTest
    static final ArchRule nobodyKnowsTheBenchmarksAndRigs = noClasses()
            .that()
            .resideOutsideOfPackages("io.weir.benchmarks..", "io.weir.jepsen..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.weir.benchmarks..", "io.weir.jepsen..");

    /** Whoever doubts the product must not have to trust it in order to judge it. */
    @ArchTest
    static final ArchRule checkersKnowHistoriesOnly =
            onlyWeir("io.weir.jepsen.checker", "io.weir.jepsen.checker", "io.weir.jepsen.history");

    @ArchTest
    static final ArchRule historiesKnowNothing = onlyWeir("io.weir.jepsen.history", "io.weir.jepsen.history");

    @ArchTest
    static final ArchRule lmdbStaysInItsPackage = stays("org.lmdbjava..", "io.weir.logstore.lmdb..");

    @ArchTest
    static final ArchRule ratisStaysInItsPackage = stays("org.apache.ratis..", "io.weir.consensus.ratis..");

    @ArchTest
    static final ArchRule grpcStaysAtTheEdges = stays(
            "io.grpc..",
            PROTOCOL,
            "io.weir.client.grpc..",
            "io.weir.consensus.frontdoor..",
            "io.weir.consensus.transfer..",
            "io.weir.jepsen.rig..",
            "io.weir.jepsen.run..");

    /** One place gives the exit code; another ends a server whose parent or supervisor wants it to end. */
    @ArchTest
    static final ArchRule onlyTheProgramEndsTheProcess = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.weir.cli.Main")
            .and()
            .doNotHaveFullyQualifiedName("io.weir.cli.server.Shutdown")
            .and()
            .doNotHaveFullyQualifiedName("io.weir.logstore.support.FaultPoint")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);

    @ArchTest
    static final ArchRule onlyTheProgramHooksIntoTheShutdown = noClasses()
            .that()
            .resideOutsideOfPackage("io.weir.cli..")
            .should()
            .callMethod(Runtime.class, "addShutdownHook", Thread.class);

    @ArchTest
    static final ArchRule publicStaticsAreConstants = fields().that()
            .areStatic()
            .and()
            .arePublic()
            .and()
            .areDeclaredInClassesThat(isHandWritten())
            .should()
            .beFinal()
            .andShould(new ArchCondition<>("not be arrays, whose elements anyone could change") {
                @Override
                public void check(JavaField field, ConditionEvents events) {
                    boolean isArray = field.getRawType().isArray();
                    events.add(new SimpleConditionEvent(
                            field,
                            !isArray,
                            field.getFullName() + " is of type "
                                    + field.getRawType().getSimpleName()));
                }
            });

    @ArchTest
    static final ArchRule staticsDoNotChange = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat(isHandWritten())
            .should()
            .beFinal()
            .because("two clusters in one JVM share nothing");

    @ArchTest
    static final ArchRule packagesAreFlat = classes()
            .should()
            .resideInAnyPackage("io.weir.*", "io.weir.*.*")
            .because("one level below a module is enough");

    /** Among Weir's own classes, those in {@code of} depend on those in {@code allowed} only. */
    private static ArchRule onlyWeir(String of, String... allowed) {
        DescribedPredicate<JavaClass> isForbidden =
                resideInAnyPackage("io.weir..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
        return noClasses().that().resideInAPackage(of).should().dependOnClassesThat(isForbidden);
    }

    private static ArchRule stays(String library, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    private static String moduleOf(JavaClass type) {
        return type.getPackageName().split("\\.", -1)[2];
    }

    /** Not by the Protobuf compiler, whose classes have mutable statics and know gRPC. */
    private static DescribedPredicate<JavaClass> isHandWritten() {
        return DescribedPredicate.describe(
                "are written by hand",
                type -> !type.getPackageName().equals("io.weir.protocol")
                        || Set.of("Limits", "StreamName", "InvalidNameException")
                                .contains(type.getSimpleName()));
    }
}
