package io.weir.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the client may see: the protocol, the JDK, and gRPC in one package. */
class LayeringTest {
    private static final JavaClasses CLIENT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.weir.client");

    @Test
    void noStorageAndNoRaft() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.lmdbjava..",
                        "jnr..",
                        "org.agrona..",
                        "org.apache.ratis..",
                        "io.weir.logstore..",
                        "io.weir.statemachine..",
                        "io.weir.consensus..")
                .check(CLIENT);
    }

    @Test
    void grpcInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.weir.client.grpc")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..")
                .check(CLIENT);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc.netty..", "io.netty..")
                .check(CLIENT);
    }
}
