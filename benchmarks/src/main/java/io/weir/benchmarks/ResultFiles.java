package io.weir.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads kept results: files of one or several JSON objects each, and directories with such files at any depth. Nothing is
 * passed over: a field that is not known here may mean something.
 */
final class ResultFiles {
    static final long MAX_FILE_BYTES = 16L << 20;
    static final int MAX_RESULTS = 1_000;

    private static final Map<String, Class<? extends Measured>> KINDS = new TreeMap<>(Map.of(
            "append", AppendReport.class,
            "tx", TransactionReport.class,
            "read", ReadReport.class,
            "streams", StreamsReport.class,
            "failover", FailoverReport.class,
            "restart", RestartReport.class,
            "store", StoreReport.class,
            "compare", ComparisonResult.class));

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);

    private final List<Kept<?>> results = new ArrayList<>();

    private ResultFiles() {}

    /**
     * Reads all of it, in the order of the names.
     *
     * @throws UnreadableResultException if something there is no result that is known here
     */
    static List<Kept<?>> read(List<Path> filesAndDirectories) throws IOException {
        ResultFiles found = new ResultFiles();
        for (Path path : files(filesAndDirectories)) {
            found.readFile(path);
        }
        return found.results;
    }

    /** Files as they are named, and what lies in directories by its ending; each once. */
    private static List<Path> files(List<Path> filesAndDirectories) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : filesAndDirectories) {
            if (!Files.isDirectory(path)) {
                files.add(path.normalize());
                continue;
            }
            try (Stream<Path> tree = Files.walk(path)) {
                tree.filter(Files::isRegularFile)
                        .filter(file -> file.toString().endsWith(".json")
                                || file.toString().endsWith(".ndjson"))
                        .map(Path::normalize)
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files.stream().distinct().toList();
    }

    private void readFile(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > MAX_FILE_BYTES) {
            throw new UnreadableResultException(
                    file + " has " + bytes + " bytes; the limit of a result is " + MAX_FILE_BYTES);
        }
        int before = results.size();
        try (MappingIterator<JsonNode> values = MAPPER.readerFor(JsonNode.class).readValues(file.toFile())) {
            while (values.hasNextValue()) {
                results.add(result(file, values.nextValue()));
                if (results.size() > MAX_RESULTS) {
                    throw new UnreadableResultException(
                            file + " is too much: the limit is " + MAX_RESULTS + " results");
                }
            }
        } catch (JsonProcessingException e) {
            throw new UnreadableResultException(file + " is no JSON of a benchmark: " + e.getOriginalMessage()
                    + (e.getLocation() == null
                            ? ""
                            : ", line " + e.getLocation().getLineNr()));
        }
        if (results.size() == before) {
            throw new UnreadableResultException(file + " is empty");
        }
    }

    private Kept<?> result(Path file, JsonNode json) {
        if (!(json instanceof ObjectNode object) || !json.path("kind").isTextual()) {
            throw new UnreadableResultException(
                    file + " is no result of a benchmark: it has no \"kind\", which \"-o json\" writes first");
        }
        Stamp stamp = new Stamp(
                json.path("kind").textValue(),
                json.path("version").asInt(0),
                json.path("weir").textValue(),
                json.path("date").textValue());
        Class<? extends Measured> type = KINDS.get(stamp.kind());
        if (type == null) {
            throw new UnreadableResultException(
                    file + " is of the kind \"" + stamp.kind() + "\"; known are " + String.join(", ", KINDS.keySet()));
        }
        if (stamp.version() != Stamp.VERSION) {
            throw new UnreadableResultException(file + " is of the kind " + stamp.kind() + ", version "
                    + json.path("version").asText("none") + "; known is " + Stamp.VERSION);
        }
        object.remove(List.of("kind", "version", "weir", "date"));
        return new Kept<>(results.size() + 1, nameOf(file), stamp, figures(file, stamp.kind(), object, type));
    }

    /** Without the directory: a page may be shown to others. */
    private static String nameOf(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }

    private static <T extends Measured> T figures(Path file, String kind, ObjectNode json, Class<T> type) {
        try {
            T figures = MAPPER.treeToValue(json, type);
            Completeness.require((Record) figures, "");
            return figures;
        } catch (JsonMappingException e) {
            String at = e.getPath().stream()
                    .map(each -> "/" + (each.getFieldName() == null ? each.getIndex() : each.getFieldName()))
                    .collect(Collectors.joining());
            // The library says how to be lenient, which is no help to who has the file.
            String reason = e.getOriginalMessage().replaceFirst(" \\(set .*", "");
            throw new UnreadableResultException(
                    file + " says that it is of the kind " + kind + ", but: " + at + ": " + reason);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree has been parsed already", e);
        } catch (IllegalArgumentException e) {
            throw new UnreadableResultException(
                    file + " says that it is of the kind " + kind + ", but: " + e.getMessage());
        }
    }
}
