package io.weir.logstore;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.weir.logstore.layout.Table;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.weir.logstore", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule onlyOnePackageKnowsLmdb = noClasses()
            .that()
            .resideOutsideOfPackage("..logstore.lmdb")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.lmdbjava..", "jnr..");

    @ArchTest
    static final ArchRule onlyOneFileKnowsNativeErrors = noClasses()
            .that()
            .doNotHaveSimpleName("LmdbErrors")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(org.lmdbjava.LmdbException.class);

    /** But for the names of the tables. */
    @ArchTest
    static final ArchRule thePortKnowsNoImplementation = noClasses()
            .that()
            .resideInAPackage("io.weir.logstore")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.weir.logstore.*..").and(not(type(Table.class))));

    @ArchTest
    static final ArchRule theModelSharesNoLayout = noClasses()
            .that()
            .resideInAPackage("..logstore.memory")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..logstore.layout", "..logstore.lmdb");

    @ArchTest
    static final ArchRule layoutsKnowOnlyThePort = classes()
            .that()
            .resideInAPackage("..logstore.layout")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.weir.logstore", "..logstore.layout", "org.agrona..", "org.jspecify..", "java..");
}
