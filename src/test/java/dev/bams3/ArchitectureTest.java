package dev.bams3;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The table of packages: which may use which, and which may know a third-party library. The table is the rule. */
@Tag("fast")
class ArchitectureTest {
    private static final String BASE = "dev.bams3.";
    private static final int MAX_LINES = 500;

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.bams3");

    private static final Map<String, Set<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            Map.entry("error", Set.of()),
            Map.entry("genome", Set.of("error")),
            Map.entry("sam", Set.of("genome", "error")),
            Map.entry("flow", Set.of("error")),
            Map.entry("bgzf", Set.of("error")),
            Map.entry("bam", Set.of("sam", "bgzf", "flow", "genome", "error")),
            Map.entry("format", Set.of("sam", "genome", "error")),
            Map.entry("format.block", Set.of("format", "sam", "genome", "error")),
            // What conversions and verification count; apart from format, which reads and writes what comes of it.
            Map.entry("depth", Set.of("format", "sam", "genome", "error")),
            Map.entry("storage", Set.of("error")),
            // Apart from all that write to disk: what a killed process leaves is recognised in one way.
            Map.entry("temporary", Set.of()),
            Map.entry("storage.file", Set.of("storage", "temporary", "error")),
            Map.entry("storage.s3", Set.of("storage", "error")),
            Map.entry("storage.http", Set.of("storage", "error")),
            // Prototypes' datasets, read only; apart from format, which is a library without stores.
            Map.entry("legacy", Set.of("format", "format.block", "storage", "sam", "genome", "error")),
            Map.entry("dataset", Set.of("legacy", "format", "storage", "flow", "sam", "genome", "error")),
            // Several datasets asked for together; apart from dataset, which knows no patterns of access rules.
            Map.entry("cohort", Set.of("access", "dataset", "format", "storage", "flow", "sam", "genome", "error")),
            Map.entry("plan", Set.of("format", "sam", "genome", "error")),
            Map.entry("fetch", Set.of("plan", "storage", "format", "flow", "error")),
            Map.entry("table", Set.of("error")),
            Map.entry("encode", Set.of("table", "bam", "bgzf", "sam", "genome", "error")),
            Map.entry(
                    "query",
                    Set.of(
                            "cohort",
                            "dataset",
                            "plan",
                            "fetch",
                            "encode",
                            "bgzf",
                            "format",
                            "format.block",
                            "flow",
                            "sam",
                            "genome",
                            "error")),
            Map.entry(
                    "source",
                    Set.of("source.cram", "legacy", "bam", "bgzf", "storage", "flow", "sam", "genome", "error")),
            // Apart from source: a file format of its own.
            Map.entry("source.cram", Set.of("bgzf", "storage", "flow", "sam", "genome", "error")),
            Map.entry("sort", Set.of("source", "temporary", "bam", "bgzf", "flow", "sam", "genome", "error")),
            Map.entry("lifecycle", Set.of("dataset", "format", "storage", "flow", "error")),
            Map.entry(
                    "convert",
                    Set.of(
                            "source",
                            "sort",
                            "lifecycle",
                            "depth",
                            "bam",
                            "bgzf",
                            "format",
                            "format.block",
                            "storage",
                            "dataset",
                            "flow",
                            "sam",
                            "genome",
                            "error")),
            Map.entry(
                    "export",
                    Set.of(
                            "source",
                            "sort",
                            "convert",
                            "depth",
                            "lifecycle",
                            "dataset",
                            "format",
                            "format.block",
                            "storage",
                            "flow",
                            "bam",
                            "bgzf",
                            "sam",
                            "genome",
                            "error")),
            // Makes test BAMs; apart from convert, because it shares nothing with it but the BAM writer.
            Map.entry("simulate", Set.of("bam", "bgzf", "flow", "sam", "genome", "error")),
            // Jobs outlive processes; what a conversion is they leave to convert.
            Map.entry(
                    "jobs", Set.of("convert", "source", "lifecycle", "dataset", "format", "storage", "flow", "error")),
            // Where its shards run beside this process; apart, so that one package knows the API of Kubernetes.
            Map.entry("jobs.kubernetes", Set.of("jobs", "convert", "error")),
            // Apart from query, which knows regions and answers; this knows offsets of a file and its index.
            Map.entry("files", Set.of("query", "dataset", "format", "bam", "bgzf", "sam", "genome", "error")),
            // Parameters of requests and options of commands as values of sam, which both edges share.
            Map.entry("view", Set.of("sam", "error")),
            // access: the keys that sign the addresses of slices.
            Map.entry("htsget", Set.of("access", "view", "sam", "genome", "error")),
            Map.entry("access", Set.of("sam", "genome", "error")),
            // Apart from web, so that Spring Security is known in one place and endpoints know of rules alone.
            Map.entry("security", Set.of("access", "web", "htsget", "error")),
            // Values of the questions about datasets, apart from htsget, whose parsing of regions they share.
            Map.entry(
                    "discovery",
                    Set.of(
                            "htsget", "query", "cohort", "plan", "dataset", "format", "table", "sam", "genome",
                            "error")),
            Map.entry(
                    "web",
                    Set.of(
                            "access",
                            "htsget",
                            "files",
                            "discovery",
                            "table",
                            "query",
                            "cohort",
                            "dataset",
                            "encode",
                            "format",
                            "sam",
                            "genome",
                            "error")),
            // Apart from web, so that serving reads does not depend on jobs.
            Map.entry(
                    "web.admin", Set.of("web", "jobs", "convert", "lifecycle", "cohort", "dataset", "htsget", "error")),
            // Between the edges and the root: it listens to requests and decorates ports, and none of them knows it.
            Map.entry("metrics", Set.of("web", "query", "fetch", "dataset", "jobs", "storage", "flow", "error")),
            Map.entry(
                    "cli",
                    Set.of(
                            "access",
                            "cohort",
                            "view",
                            "query",
                            "convert",
                            "source",
                            "export",
                            "lifecycle",
                            "temporary",
                            // The command that pods of a conversion run.
                            "jobs",
                            "simulate",
                            "dataset",
                            "storage",
                            "encode",
                            "format",
                            "bam",
                            "sam",
                            "genome",
                            "error")),
            Map.entry(
                    "app",
                    Set.of(
                            "error",
                            "genome",
                            "sam",
                            "flow",
                            "bgzf",
                            "bam",
                            "format",
                            "storage",
                            "storage.file",
                            "storage.s3",
                            "storage.http",
                            "cohort",
                            "dataset",
                            "plan",
                            "fetch",
                            "encode",
                            "query",
                            "files",
                            "convert",
                            "source",
                            "sort",
                            "export",
                            "lifecycle",
                            "format.block",
                            "simulate",
                            "jobs",
                            "jobs.kubernetes",
                            "htsget",
                            "access",
                            "security",
                            "discovery",
                            "web",
                            "web.admin",
                            "metrics",
                            "cli",
                            "temporary"))));

    /** Library (package prefix) and the packages that may know it; jspecify and the rest of the JDK are everybody's. */
    private static final Map<String, Set<String>> LIBRARIES = Map.ofEntries(
            Map.entry("software.amazon", Set.of("storage.s3")),
            Map.entry("io.fabric8", Set.of("jobs.kubernetes")),
            // Calls of the system's libraries can crash the process, so they are few and in one place.
            Map.entry("java.lang.foreign", Set.of("bgzf")),
            Map.entry("com.github.luben.zstd", Set.of("format", "format.block", "depth", "legacy")),
            // web: what was made for tickets and is asked for again.
            Map.entry(
                    "com.github.benmanes.caffeine", Set.of("cohort", "dataset", "fetch", "metrics", "web", "security")),
            // In convert and jobs: the documents of work under way.
            Map.entry(
                    "tools.jackson",
                    Set.of(
                            "format",
                            "legacy",
                            "cohort",
                            "convert",
                            "discovery",
                            "encode",
                            "htsget",
                            "jobs",
                            "table",
                            "web",
                            "web.admin",
                            "cli",
                            "app")),
            // Not in format, which is a library with the streaming parser alone.
            Map.entry(
                    "tools.jackson.databind",
                    Set.of(
                            "legacy",
                            "cohort",
                            "convert",
                            "discovery",
                            "encode",
                            "htsget",
                            "jobs",
                            "web",
                            "web.admin",
                            "cli",
                            "app")),
            Map.entry("com.fasterxml.jackson", Set.of("format", "encode", "htsget", "jobs", "cli", "app")),
            // The classes of Arrow's messages, without its vectors: they are built outside of the heap by
            // sun.misc.Unsafe.
            Map.entry("org.apache.arrow.flatbuf", Set.of("table")),
            Map.entry("com.google.flatbuffers", Set.of("table")),
            Map.entry("org.springdoc", Set.of("app")),
            Map.entry("io.swagger", Set.of("app")),
            // Codecs of blocks.
            Map.entry("org.apache.commons.compress", Set.of("source.cram")),
            Map.entry("org.tukaani.xz", Set.of("source.cram")),
            Map.entry("picocli", Set.of("cli", "app")),
            Map.entry("org.springframework", Set.of("web", "web.admin", "security", "app")),
            Map.entry("org.apache.catalina", Set.of("web", "app")),
            Map.entry("org.apache.coyote", Set.of("web", "web.admin", "app")),
            Map.entry("org.apache.tomcat", Set.of("web", "app")),
            Map.entry("com.nimbusds", Set.of("security")),
            Map.entry("org.yaml.snakeyaml", Set.of("access")),
            Map.entry("jakarta", Set.of("web", "web.admin", "security", "app")),
            Map.entry("io.micrometer", Set.of("metrics", "app")),
            Map.entry("org.slf4j", MAY_USE.keySet()),
            // The log of commands, which a file of configuration would delay.
            Map.entry("ch.qos.logback", Set.of("app")),
            // How many files a process may have open.
            Map.entry("com.sun.management", Set.of("app")));

    @Test
    void everyPackageIsListed() {
        assertThat(CLASSES).isNotEmpty();
        Set<String> found = new TreeSet<>();
        CLASSES.forEach(type -> found.add(room(type)));
        assertThat(MAY_USE.keySet()).containsAll(found);
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        List<String> breaches = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            Set<String> allowed = MAY_USE.getOrDefault(room(type), Set.of());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith("dev.bams3")
                        && !room(target).equals(room(type))
                        && !allowed.contains(room(target))) {
                    breaches.add(dependency.getDescription());
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.bams3.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void librariesAreKnownOnlyWhereTheTableSays() {
        List<String> breaches = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target =
                        dependency.getTargetClass().getBaseComponentType().getPackageName();
                if (target.startsWith("java.")
                        || target.startsWith("dev.bams3")
                        || target.startsWith("org.jspecify")
                        || target.startsWith("javax.")
                        || target.isEmpty()) {
                    continue;
                }
                boolean allowed = LIBRARIES.entrySet().stream()
                        .anyMatch(library -> target.startsWith(library.getKey())
                                && library.getValue().contains(room(type)));
                if (!allowed) {
                    breaches.add(dependency.getDescription());
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    /** A rule that cannot fail proves nothing. */
    @Test
    void theRulesCanFail() {
        assertThatThrownBy(() -> noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.bams3.error")
                        .check(CLASSES))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void noSourceFileIsLongerThanItsLimit() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<String> tooLong = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                int lines = Files.readAllLines(file).size();
                if (lines > MAX_LINES) {
                    tooLong.add(file + " has " + lines + " lines");
                }
            }
            assertThat(tooLong).isEmpty();
        }
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.length() < BASE.length() ? "" : name.substring(BASE.length());
    }

    @Test
    void noTwoClassesHaveOneName() {
        Set<String> names = new TreeSet<>();
        assertThat(CLASSES)
                .filteredOn(
                        type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .extracting(JavaClass::getSimpleName)
                .allSatisfy(name -> assertThat(names.add(name)).as(name).isTrue());
    }
}
