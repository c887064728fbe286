package io.weir.jepsen.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A {@link RunRecord} as it is kept beside its history: one JSON object with the name and the version of its format.
 * Times are nanoseconds. What is read is all there, of its type and nothing else, or refused: a report that guesses at what
 * was done to a cluster would be worse than none.
 */
public final class RunFile {
    private static final String FORMAT = "weir-run";
    private static final long VERSION = 1;
    private static final int MAX_BYTES = 16 << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxStringLength(1 << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private RunFile() {}

    /** Writes the file anew. */
    public static void write(RunRecord run, Path file) throws IOException {
        Files.writeString(file, text(run), StandardCharsets.UTF_8);
    }

    /**
     * Reads a file.
     *
     * @throws MalformedRunException if it is no record of a run, or of a version that is not known here
     * @throws IOException if it cannot be read
     */
    public static RunRecord read(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return parse(bytes.readNBytes(MAX_BYTES + 1));
        }
    }

    static String text(RunRecord run) {
        ObjectNode form = MAPPER.createObjectNode();
        form.put("format", FORMAT).put("version", VERSION);
        form.put("activity", run.activity());
        form.set("nemeses", strings(run.nemeses()));
        form.set("skipped", strings(run.skipped()));
        form.put("seed", run.seed());
        form.put("timeNs", run.time().toNanos());
        form.put("timeoutNs", run.timeout().toNanos());
        form.put("clients", run.clients());
        form.set("nodes", strings(run.nodes()));
        ArrayNode faults = form.putArray("faults");
        for (FaultWindow fault : run.faults()) {
            faults.addObject()
                    .put("nemesis", fault.nemesis())
                    .put("description", fault.description())
                    .put("beganNs", fault.beganNs())
                    .put("healedNs", fault.healedNs());
        }
        form.put("recoveryMs", run.recoveryMs());
        form.put("weir", run.weir());
        form.put("machine", run.machine());
        form.put("command", run.command());
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        try {
            return MAPPER.writer(printer).writeValueAsString(form) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers and texts has a JSON form", e);
        }
    }

    private static ArrayNode strings(List<String> texts) {
        ArrayNode array = MAPPER.createArrayNode();
        texts.forEach(array::add);
        return array;
    }

    /** @throws MalformedRunException whatever is wrong with the bytes */
    static RunRecord parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedRunException("longer than " + MAX_BYTES + " bytes");
        }
        RunFields fields = new RunFields("", tree(bytes));
        String format = fields.text("format");
        if (!format.equals(FORMAT)) {
            throw new MalformedRunException("format is not " + FORMAT);
        }
        long version = fields.number("version");
        if (version != VERSION) {
            throw new MalformedRunException("version " + version + " of the format; known is " + VERSION);
        }
        RunRecord run = new RunRecord(
                fields.text("activity"),
                fields.texts("nemeses"),
                fields.texts("skipped"),
                fields.anyNumber("seed"),
                Duration.ofNanos(fields.number("timeNs")),
                Duration.ofNanos(fields.number("timeoutNs")),
                fields.integer("clients"),
                fields.texts("nodes"),
                fields.each("faults").stream().map(RunFile::fault).toList(),
                fields.number("recoveryMs"),
                fields.text("weir"),
                fields.text("machine"),
                fields.text("command"));
        fields.requireNoOthers();
        return run;
    }

    private static JsonNode tree(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : "row " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": ";
            throw new MalformedRunException(where + e.getOriginalMessage());
        } catch (IOException e) {
            throw new MalformedRunException("no JSON: " + e.getMessage());
        }
    }

    private static FaultWindow fault(RunFields fields) {
        FaultWindow fault = new FaultWindow(
                fields.text("nemesis"),
                fields.text("description"),
                fields.number("beganNs"),
                fields.number("healedNs"));
        fields.requireNoOthers();
        if (fault.healedNs() < fault.beganNs()) {
            throw new MalformedRunException(fields.name("healedNs") + " is before beganNs");
        }
        return fault;
    }
}
