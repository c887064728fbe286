package io.weir.jepsen.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a history's lines do not tell: the first line of an ndjson file, {@link #UNKNOWN} for EDN.
 *
 * @param workload what the clients did; null: to be told by the operations
 * @param seed from which the run is made again
 * @param weir version of what was tested; empty if unknown
 * @param nodes names of those that final reads must have asked; empty: those that lines name
 * @param accounts the bank's, each with what it held at the beginning; empty if unknown
 * @param mayOwe whether balances may be negative
 * @param reopenings when replicas may have been opened anew, and so have gone back to what they held before
 */
public record Header(
        @Nullable Workload workload,
        long seed,
        String weir,
        List<String> nodes,
        Map<Integer, Long> accounts,
        boolean mayOwe,
        List<TimeSpan> reopenings) {
    /** Nothing is known. */
    public static final Header UNKNOWN = new Header(null, 0, "", List.of(), Map.of(), false, List.of());

    private static final String FORMAT = "weir-history";
    private static final long VERSION = 1;

    public Header {
        nodes = List.copyOf(nodes);
        reopenings = List.copyOf(reopenings);
        accounts = Collections.unmodifiableMap(new TreeMap<>(accounts));
    }

    /** One of a run of this workload. */
    public Header(Workload workload, long seed, String weir) {
        this(workload, seed, weir, List.of(), Map.of(), false, List.of());
    }

    /** The same with the nodes that take part. */
    public Header withNodes(List<String> names) {
        return new Header(workload, seed, weir, names, accounts, mayOwe, reopenings);
    }

    /** The same with the bank's accounts. */
    public Header withAccounts(Map<Integer, Long> atTheBeginning, boolean mayOweNow) {
        return new Header(workload, seed, weir, nodes, atTheBeginning, mayOweNow, reopenings);
    }

    /** The same with the times in which replicas may have been opened anew. */
    public Header withReopenings(List<TimeSpan> times) {
        return new Header(workload, seed, weir, nodes, accounts, mayOwe, times);
    }

    /** What all accounts hold together at any time. */
    public long total() {
        return accounts.values().stream().mapToLong(Long::longValue).sum();
    }

    Map<String, Object> form() {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("format", FORMAT);
        form.put("version", VERSION);
        if (workload != null) {
            form.put("workload", workload.label());
        }
        form.put("seed", seed);
        form.put("weir", weir);
        if (!nodes.isEmpty()) {
            form.put("nodes", nodes);
        }
        if (!accounts.isEmpty()) {
            form.put("accounts", LineForm.balances(accounts));
            form.put("total", total());
            form.put("mayOwe", mayOwe);
        }
        if (!reopenings.isEmpty()) {
            form.put(
                    "reopenings",
                    reopenings.stream()
                            .map(time -> List.of(time.fromNs(), time.toNs()))
                            .toList());
        }
        return form;
    }

    /** @throws MalformedHistoryException if it is none, or of a version that is not known here */
    static Header of(Fields fields) {
        if (!FORMAT.equals(fields.get("format"))) {
            throw new MalformedHistoryException("the first line has no \"format\":\"" + FORMAT + "\"");
        }
        if (fields.number("version") != VERSION) {
            throw new MalformedHistoryException(
                    "version " + fields.number("version") + " of the format; known is " + VERSION);
        }
        Header header = new Header(
                fields.has("workload") ? workload(fields.word("workload")) : null,
                fields.has("seed") ? fields.number("seed") : 0,
                fields.has("weir") ? fields.word("weir") : "",
                fields.has("nodes") ? names(fields.vector("nodes")) : List.of(),
                fields.has("accounts") ? LineReader.balances(Fields.of("accounts", fields.get("accounts"))) : Map.of(),
                fields.isTrue("mayOwe"),
                fields.has("reopenings") ? times(fields.vector("reopenings")) : List.of());
        if (fields.has("total") && fields.number("total") != header.total()) {
            throw new MalformedHistoryException(
                    "the accounts hold " + header.total() + ", and \"total\" is " + fields.number("total"));
        }
        return header;
    }

    private static Workload workload(String label) {
        return Workload.of(label)
                .orElseThrow(() -> new MalformedHistoryException("workload " + label + " is not known"));
    }

    private static List<String> names(List<?> vector) {
        List<String> names = new ArrayList<>();
        vector.forEach(name -> names.add(Fields.word("a node", name)));
        return names;
    }

    private static List<TimeSpan> times(List<?> vector) {
        List<TimeSpan> times = new ArrayList<>();
        for (Object time : vector) {
            List<?> ends = Fields.vector("a reopening", time, 2);
            times.add(new TimeSpan(Fields.number("its begin", ends.get(0)), Fields.number("its end", ends.get(1))));
        }
        return times;
    }
}
