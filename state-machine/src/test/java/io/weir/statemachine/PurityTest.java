package io.weir.statemachine;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.weir.logstore.memory.MemoryLogStore;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Nothing that differs between two replicas is within reach of a decision. Each rule is also run against a class that
 * breaks it: a rule that matches nothing would pass for ever.
 */
class PurityTest {
    private static final JavaClasses MACHINE =
            new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPackages("io.weir.statemachine");

    private static final ArchRule NO_CLOCK = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.time..")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");
    private static final ArchRule NO_RANDOMNESS = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Random|SplittableRandom|UUID)|java\\.security\\.SecureRandom"
                    + "|java\\.util\\.random\\..*|java\\.util\\.concurrent\\.ThreadLocalRandom")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(System.class, "identityHashCode", Object.class);
    /** IOException alone: protobuf's sink declares it. */
    private static final ArchRule NO_OUTSIDE = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(?!IOException).*|java\\.nio\\.(file|channels)\\..*|java\\.net\\..*"
                    + "|java\\.lang\\.(Process|ProcessBuilder|Runtime)|org\\.slf4j\\..*")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethodWhere(describe(
                    "properties and the locale",
                    call -> (call.getTargetOwner().getName().equals("java.lang.System")
                                    && call.getName().matches("getPropert(y|ies)"))
                            || (call.getTargetOwner().getName().matches("java\\.lang\\.(Long|Integer|Boolean)")
                                    && call.getName().matches("get(Long|Integer|Boolean)"))
                            || (call.getTargetOwner().getName().equals("java.util.Locale")
                                    && call.getName().equals("getDefault"))));

    private static final ArchRule NO_THREADS = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.lang\\.Thread(Local)?|java\\.util\\.concurrent\\..*|java\\.util\\.Timer")
            .orShould()
            .callMethodWhere(describe("parallel streams", call -> call.getName().matches("parallel|parallelStream")));
    /** A LinkedHashSet has an order; these have not. */
    private static final ArchRule NO_HASH_ORDER = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Hash(Map|Set|table)|IdentityHashMap|WeakHashMap)"
                    + "|org\\.agrona\\.collections\\..*");
    /** The order of these differs from one JVM to the next, on purpose. */
    private static final ArchRule NO_SALTED_ORDER = noClasses()
            .should()
            .callMethodWhere(describe(
                    "immutable sets and maps",
                    call -> call.getTargetOwner().getName().matches("java\\.util\\.(Set|Map)")
                            && call.getName().matches("of|copyOf|ofEntries")))
            .orShould()
            .callMethodWhere(describe(
                    "collectors without an order",
                    call -> call.getTargetOwner().getName().equals("java.util.stream.Collectors")
                            && call.getName().matches("toSet|toMap|groupingBy|toUnmodifiable(Set|Map)")));

    private static final ArchRule NO_IMPLEMENTATION = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.weir.logstore.*..", "org.lmdbjava..", "io.grpc..", "org.apache.ratis..");

    private static final List<ArchRule> RULES =
            List.of(NO_CLOCK, NO_RANDOMNESS, NO_OUTSIDE, NO_THREADS, NO_HASH_ORDER, NO_SALTED_ORDER, NO_IMPLEMENTATION);

    @Test
    void theMachineIsPure() {
        assertThat(MACHINE).isNotEmpty();
        for (ArchRule rule : RULES) {
            rule.check(MACHINE);
        }
    }

    @Test
    void everyRuleFindsItsSinner() {
        JavaClasses sinners = new ClassFileImporter().importClasses(Sinner.class);
        for (ArchRule rule : RULES) {
            assertThat(rule.evaluate(sinners).hasViolation())
                    .as(rule.getDescription())
                    .isTrue();
        }
    }

    /** Breaks every rule once. */
    @SuppressWarnings("unused")
    private static final class Sinner {
        private final HashMap<String, String> map = new HashMap<>();

        long sin() throws Exception {
            Thread.onSpinWait();
            return System.nanoTime()
                    + System.getenv().size()
                    + ThreadLocalRandom.current().nextInt()
                    + UUID.randomUUID().hashCode()
                    + Set.of(1, 2).iterator().next()
                    + List.of(1).parallelStream().count()
                    + new MemoryLogStore(TestPartition.IDENTITY).streams();
        }
    }
}
