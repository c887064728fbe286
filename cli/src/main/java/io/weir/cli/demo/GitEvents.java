package io.weir.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.git.GitCommit;
import io.weir.cli.git.GitPath;
import io.weir.cli.git.TreeEntry;
import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import io.weir.protocol.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a git history looks as events: a stream for each path, and one for each commit, which also gives commits without changes
 * a place. One stream for all commits would do as well, but every commit's transaction would have to wait for the one before.
 *
 * <p>Stream names are injective. A path of valid UTF-8 that fits is its own name; any other is named by its SHA-256, under a
 * prefix that no path can produce. The event carries the raw path in either case.
 */
final class GitEvents {
    private static final String COMMIT = "git/commit/";

    static final String COMMITTED = "Committed";
    static final String WRITTEN = "PathWritten";
    static final String DELETED = "PathDeleted";

    private static final String PATH = "git/path/";
    private static final String HASHED_PATH = "git/path-sha256/";
    private static final ObjectMapper JSON = new ObjectMapper();

    private GitEvents() {}

    /** A commit as it was read back. */
    record Commit(String id, List<String> parents) {}

    /** A change of a path as it was read back; no entry: deleted. */
    record Change(String commitId, GitPath path, @Nullable TreeEntry entry) {}

    /** The stream of a path: 1 to 256 bytes of UTF-8. */
    static String streamOf(GitPath path) {
        String text = path.text();
        return text != null && PATH.length() + path.length() <= Limits.MAX_STREAM_NAME_BYTES
                ? PATH + text
                : HASHED_PATH + HexFormat.of().formatHex(sha256(path.bytes()));
    }

    /** The stream of a commit. */
    static String streamOf(String commitId) {
        return COMMIT + commitId;
    }

    static boolean isCommitStream(String stream) {
        return stream.startsWith(COMMIT);
    }

    static boolean isPathStream(String stream) {
        return stream.startsWith(PATH) || stream.startsWith(HASHED_PATH);
    }

    static NewEvent committed(GitCommit commit) {
        ObjectNode json = JSON.createObjectNode().put("commit", commit.id());
        commit.parents().forEach(json.putArray("parents")::add);
        return event(COMMITTED, json.put("subject", commit.subject()));
    }

    static NewEvent changed(String commitId, GitCommit.Change change) {
        ObjectNode json = JSON.createObjectNode().put("commit", commitId);
        String text = change.path().text();
        if (text != null) {
            json.put("path", text);
        } else {
            json.put("pathBytes", change.path().bytes());
        }
        TreeEntry entry = change.entry();
        return entry == null
                ? event(DELETED, json)
                : event(WRITTEN, json.put("mode", entry.mode()).put("object", entry.id()));
    }

    static Commit parseCommit(RecordedEvent event) throws CheckFailed {
        JsonNode json = parse(event);
        List<String> parents = new ArrayList<>();
        json.path("parents").forEach(parent -> parents.add(parent.asText()));
        return new Commit(text(event, json, "commit"), parents);
    }

    static Change parseChange(RecordedEvent event) throws CheckFailed {
        JsonNode json = parse(event);
        GitPath path = json.has("pathBytes")
                ? GitPath.of(binary(event, json.path("pathBytes")))
                : GitPath.ofText(text(event, json, "path"));
        if (!streamOf(path).equals(event.stream())) {
            throw unreadable(event, "it is about path " + path);
        }
        TreeEntry entry = event.type().equals(DELETED)
                ? null
                : new TreeEntry(text(event, json, "mode"), text(event, json, "object"));
        return new Change(text(event, json, "commit"), path, entry);
    }

    private static NewEvent event(String type, ObjectNode json) {
        try {
            return NewEvent.of(type, "application/json", JSON.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(RecordedEvent event) throws CheckFailed {
        try {
            return JSON.readTree(event.payload());
        } catch (IOException e) {
            throw unreadable(event, e.getMessage());
        }
    }

    private static String text(RecordedEvent event, JsonNode json, String field) throws CheckFailed {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw unreadable(event, "it lacks \"" + field + "\"");
        }
        return value.textValue();
    }

    private static byte[] binary(RecordedEvent event, JsonNode value) throws CheckFailed {
        try {
            return value.binaryValue();
        } catch (IOException e) {
            throw unreadable(event, e.getMessage());
        }
    }

    private static CheckFailed unreadable(RecordedEvent event, @Nullable String why) {
        return new CheckFailed("event " + event.revision() + " of stream \"" + event.stream()
                + "\" is not what the demo wrote: " + why);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
