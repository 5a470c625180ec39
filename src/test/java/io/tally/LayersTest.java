package io.tally;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.tally.cdc.value.EpochUnit;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom. The packages' own documentation says why. */
class LayersTest {

    private static final JavaClasses TALLY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tally");

    private static final DescribedPredicate<JavaClass> PRIMITIVE = DescribedPredicate.describe(
            "are primitive", type -> type.getPackageName().isEmpty());

    private static final String[] CDI = {"jakarta.inject..", "jakarta.enterprise..", "jakarta.annotation.."};
    private static final String[] QUARKUS = {
        "io.quarkus..", "io.smallrye..", "org.eclipse.microprofile..", "org.jboss.logging.."
    };
    private static final String[] VERTX = {"io.vertx.."};
    private static final String[] TLS = {"javax.net.ssl.."};
    private static final String[] KAFKA = {"org.apache.kafka.."};
    private static final String[] AVRO = {"org.apache.avro.."};
    private static final String[] JSON = {"com.fasterxml.jackson.."};
    private static final String[] NATIVE_IMAGE = {"com.oracle.svm.core.annotate.."};
    private static final String[] WEB = {
        "jakarta.ws.rs..", "com.fasterxml.jackson..", "io.micrometer..", "io.vertx.core..", "io.vertx.ext.web.."
    };

    static Stream<ArchRule> rules() {
        return Stream.of(
                mayUse("view.sql"),
                mayUse("view.expression", tally("view.sql")),
                mayUse("view"),
                mayUse("cdc.json"),
                mayUse("cdc.value", tally("cdc.json")),
                mayUse("cdc.avro", tally("cdc.json", "cdc.value"), AVRO),
                mayUse("cdc", tally("view"), AVRO),
                mayUse("window", tally("cdc", "view")),
                mayUse("registry", tally("cdc"), CDI, QUARKUS, JSON, TLS),
                mayUse("ingest", tally("cdc", "window", "registry"), CDI, QUARKUS, KAFKA, JSON),
                mayUse("publish", tally("cdc", "view", "window"), CDI, QUARKUS, VERTX, TLS),
                mayUse("status", tally("cdc", "view", "window", "ingest", "publish", "registry"), CDI, QUARKUS, WEB),
                mayUse("datagen", CDI, QUARKUS, VERTX),
                mayUse("nativeimage", KAFKA, NATIVE_IMAGE));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void packages_useOnlyWhatTheyMay(ArchRule rule) {
        rule.check(TALLY);
    }

    @Test
    void root_isUsedByNobody() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.tally")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.tally")
                .check(TALLY);
    }

    /** But for the unit of times, which a setting names. */
    @Test
    void roomsOfCdc_areUsedByItselfOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.tally.cdc..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.tally.cdc.*..")
                        .and(DescribedPredicate.not(JavaClass.Predicates.type(EpochUnit.class))))
                .check(TALLY);
    }

    @Test
    void packages_areTheKnownOnes() {
        Set<String> names = TALLY.getPackage("io.tally").getSubpackagesInTree().stream()
                .map(found -> found.getName().substring("io.tally.".length()))
                .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "view",
                        "view.sql",
                        "view.expression",
                        "window",
                        "cdc",
                        "cdc.json",
                        "cdc.value",
                        "cdc.avro",
                        "registry",
                        "ingest",
                        "publish",
                        "status",
                        "datagen",
                        "nativeimage"),
                names);
    }

    private static String[] tally(String... packages) {
        return Stream.of(packages).map(LayersTest::withRooms).toArray(String[]::new);
    }

    /** A package and all packages in it. */
    private static String withRooms(String name) {
        return "io.tally." + name + "..";
    }

    private static ArchRule mayUse(String itself, String[]... others) {
        String[] allowed = Stream.concat(
                        Stream.of("java..", withRooms(itself)),
                        Stream.of(others).flatMap(Stream::of))
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(withRooms(itself))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(PRIMITIVE))
                .as(itself + " uses only what it may");
    }
}
