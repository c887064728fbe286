package io.weir.jepsen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The last step of a build: counts the tests that ran, names those that were skipped and why, and fails if a test class
 * did not run at all or a test was skipped without a reason. A class whose name no plugin's pattern matches would otherwise
 * be left out without a word.
 */
final class TestCensus {
    /** A kind of test, known by the end of its class's name. */
    enum Kind {
        EXAMPLE("Test"),
        PROPERTY("Properties"),
        SIMULATION("Simulation"),
        PROCESS("IT");

        private final String ending;

        Kind(String ending) {
            this.ending = ending;
        }
    }

    private static final Pattern MODULE_DIRECTORY = Pattern.compile("@ ([^,\\]]+)[/\\\\]pom\\.xml");
    private static final Pattern HOLDS_TESTS =
            Pattern.compile("(?m)^\\s*@(Test|ParameterizedTest|RepeatedTest|TestFactory|Property|Example|ArchTest)\\b");
    private static final Pattern NO_REASON =
            Pattern.compile("|.* is @Disabled|(org\\.\\S+: )?Assumption failed(: assumption is (not )?(true|false))?");

    /** What ran of one kind. */
    private record Tally(int classes, int tests, int skipped) {
        static final Tally NONE = new Tally(0, 0, 0);

        Tally plus(Tally other) {
            return new Tally(classes + other.classes, tests + other.tests, skipped + other.skipped);
        }
    }

    private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
    private final List<String> faults = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Instant buildStart;

    private TestCensus(Instant buildStart) {
        this.buildStart = buildStart;
    }

    /**
     * Counts and judges.
     *
     * @param args {@code name=value}: the session's {@code projects} as Maven prints them, the {@code start} of the build,
     *     and the properties {@code skipTests}, {@code skipITs}, {@code maven.test.skip}, {@code test}, {@code it.test},
     *     which Maven leaves as <code>${...}</code> if they are not set
     * @throws IllegalStateException if a class did not run, or a test was skipped without a reason
     */
    public static void main(String[] args) throws IOException {
        if (isSet(args, "skipTests")
                || isSet(args, "maven.test.skip")
                || isSet(args, "test")
                || isSet(args, "it.test")) {
            System.out.println("Tests were deselected on the command line: no census.");
            return;
        }
        List<Path> modules = MODULE_DIRECTORY
                .matcher(value(args, "projects"))
                .results()
                .map(match -> Path.of(match.group(1)))
                .toList();
        if (modules.isEmpty()) {
            throw new IllegalArgumentException("no module found in " + Arrays.toString(args));
        }
        String report = take(modules, Instant.parse(value(args, "start")), isSet(args, "skipITs"));
        System.out.print(report);
    }

    /** The census of some modules, as text. */
    static String take(List<Path> modules, Instant buildStart, boolean isWithoutProcesses) throws IOException {
        TestCensus census = new TestCensus(buildStart);
        for (Path module : modules) {
            for (Path source : sources(module.resolve("src/test/java"))) {
                census.count(module, source, isWithoutProcesses);
            }
        }
        if (!census.faults.isEmpty()) {
            throw new IllegalStateException("The census of tests found:\n  " + String.join("\n  ", census.faults));
        }
        return census.table();
    }

    private static List<Path> sources(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private void count(Path module, Path source, boolean isWithoutProcesses) throws IOException {
        String simpleName = source.getFileName().toString().replaceFirst("\\.java$", "");
        for (Kind kind : Kind.values()) {
            boolean isExcused = kind == Kind.PROCESS && isWithoutProcesses;
            if (simpleName.endsWith(kind.ending) && !isExcused && !isAbstract(source, simpleName)) {
                count(kind, module, className(module, source));
                return;
            }
        }
        if (!isOfSomeKind(simpleName)
                && !isAbstract(source, simpleName)
                && HOLDS_TESTS.matcher(Files.readString(source)).find()) {
            faults.add(className(module, source) + " holds tests, and no plugin runs a class of that name");
        }
    }

    private static boolean isOfSomeKind(String simpleName) {
        return Arrays.stream(Kind.values()).anyMatch(kind -> simpleName.endsWith(kind.ending));
    }

    private void count(Kind kind, Path module, String className) throws IOException {
        String directory = kind == Kind.PROCESS ? "target/failsafe-reports" : "target/surefire-reports";
        Path report = module.resolve(directory).resolve("TEST-" + className + ".xml");
        if (!Files.exists(report)
                || Files.getLastModifiedTime(report).toInstant().isBefore(buildStart)) {
            faults.add(className + " did not run: no report of this build in " + report.getParent());
            return;
        }
        Element suite = parse(report).getDocumentElement();
        int tests = Integer.parseInt(suite.getAttribute("tests"));
        NodeList skips = suite.getElementsByTagName("skipped");
        tallies.merge(kind, new Tally(1, tests, skips.getLength()), Tally::plus);
        for (int i = 0; i < skips.getLength(); i++) {
            Element skip = (Element) skips.item(i);
            String name = className + "." + ((Element) skip.getParentNode()).getAttribute("name");
            String reason = reason(skip);
            skipped.add(name + ": " + reason.replaceAll("\\s+", " "));
            if (NO_REASON.matcher(reason).matches()) {
                faults.add(name + " was skipped without a reason");
            }
        }
        if (tests == 0) {
            faults.add(className + " has no tests");
        }
    }

    private static boolean isAbstract(Path source, String simpleName) throws IOException {
        Matcher declaration = Pattern.compile("(?m)^(.*)\\b(class|interface)\\s+" + simpleName + "\\b")
                .matcher(Files.readString(source));
        return declaration.find()
                && (declaration.group(1).contains("abstract")
                        || declaration.group(2).equals("interface"));
    }

    private static String className(Path module, Path source) {
        String path = module.resolve("src/test/java").relativize(source).toString();
        return path.replaceFirst("\\.java$", "").replace('/', '.').replace('\\', '.');
    }

    private static Document parse(Path report) throws IOException {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("cannot read " + report, e);
        }
    }

    private String table() {
        StringBuilder table = new StringBuilder("Census of tests\n");
        for (Kind kind : Kind.values()) {
            Tally tally = tallies.getOrDefault(kind, Tally.NONE);
            String name = kind.name().toLowerCase(Locale.ROOT);
            table.append(String.format(
                    Locale.ROOT,
                    "  %-10s %4d classes %6d tests %4d skipped%n",
                    name,
                    tally.classes(),
                    tally.tests(),
                    tally.skipped()));
        }
        // A tier that this machine cannot run is a gap in what the build proved: it is said, every time.
        skipped.forEach(line -> table.append("  SKIPPED    ").append(line).append(System.lineSeparator()));
        return table.toString();
    }

    private static boolean isSet(String[] args, String name) {
        String value = value(args, name);
        return !value.isEmpty() && !value.startsWith("${") && !value.equals("false");
    }

    private static String value(String[] args, String name) {
        for (String arg : args) {
            if (arg.startsWith(name + "=")) {
                return arg.substring(name.length() + 1);
            }
        }
        throw new IllegalArgumentException(name + "=... is missing in " + Arrays.toString(args));
    }

    /** What an aborted test says stands in the attribute, or in the first line of the stack trace. */
    private static String reason(Element skip) {
        String message = skip.getAttribute("message").strip();
        return message.isEmpty()
                ? skip.getTextContent().strip().lines().findFirst().orElse("")
                : message;
    }
}
