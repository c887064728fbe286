package io.weir.consensus.repair;

import io.weir.consensus.guard.Durable;
import io.weir.protocol.Quarantined;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where files go that a node does not trust: {@code quarantine/<name>-<n>/}, each with a {@code why.json} beside them. Nothing
 * is ever deleted here, and nothing of it is ever used again; a human may do either.
 */
public final class Quarantine {
    private static final String WHY = "why.json";
    private static final Pattern LINE = Pattern.compile("\\s*\"(\\w+)\": \"((?:[^\"\\\\]|\\\\.)*)\",?");
    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private final Path directory;
    private volatile List<Quarantined> found;

    /** @param data the node's directory */
    public Quarantine(Path data) {
        this.directory = data.resolve("quarantine");
        this.found = read();
    }

    /**
     * A new place, with its note; files are moved into it.
     *
     * @param name of the place, for file names
     * @param what for people, "store of partition 2"
     * @throws IOException if it cannot be written
     */
    synchronized Path create(String name, String what, String reason) throws IOException {
        Durable.createDirectories(directory);
        int count = 1;
        while (Files.exists(directory.resolve(name + "-" + count))) {
            count++;
        }
        Path place = directory.resolve(name + "-" + count);
        Durable.createDirectories(place);
        String json = "{\n  \"what\": \"" + escaped(what) + "\",\n  \"reason\": \"" + escaped(reason)
                + "\",\n  \"at\": \"" + Instant.now() + "\"\n}\n";
        Durable.write(place.resolve(WHY), json);
        found = read();
        LOG.error("{} is moved aside to {}: {}", what, place, reason);
        return place;
    }

    /** Moves a file or directory into a place, if it exists. */
    static void moveInto(Path place, Path from) throws IOException {
        if (Files.exists(from)) {
            Durable.move(from, place.resolve(from.getFileName()));
        }
    }

    /** All that has been moved aside, in the order of the names, as of the node's start and what it did since. */
    public List<Quarantined> list() {
        return found;
    }

    private List<Quarantined> read() {
        List<Quarantined> all = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> places = Files.list(directory)) {
            for (Path place : places.sorted().toList()) {
                all.add(describe(place));
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be listed", directory, e);
        }
        return List.copyOf(all);
    }

    private static Quarantined describe(Path place) {
        Quarantined.Builder found =
                Quarantined.newBuilder().setWhat(place.getFileName().toString()).setPath(place.toString());
        try {
            for (String line : Files.readAllLines(place.resolve(WHY), StandardCharsets.UTF_8)) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches() && matcher.group(1).equals("what")) {
                    found.setWhat(unescaped(matcher.group(2)));
                } else if (matcher.matches() && matcher.group(1).equals("reason")) {
                    found.setReason(unescaped(matcher.group(2)));
                }
            }
        } catch (IOException e) {
            found.setReason("unknown: " + e);
        }
        return found.build();
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder();
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\');
            }
            json.append(c < ' ' ? ' ' : (char) c);
        });
        return json.toString();
    }

    private static String unescaped(String json) {
        return json.replaceAll("\\\\(.)", "$1");
    }
}
