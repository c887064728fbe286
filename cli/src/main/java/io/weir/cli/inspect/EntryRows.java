package io.weir.cli.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.cli.shell.Json;
import io.weir.consensus.guard.LogEntry;
import io.weir.consensus.guard.LogInspection;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Keeps the entries that are asked for: some from an index on, or the last ones. */
final class EntryRows implements LogInspection.Visitor {
    private final ArrayDeque<ObjectNode> rows = new ArrayDeque<>();
    private final @Nullable Long from;
    private final int limit;

    /** @param from null for the last ones */
    EntryRows(@Nullable Long from, int limit) {
        this.from = from;
        this.limit = limit;
    }

    @Override
    public void entry(String file, LogEntry entry, long offset, int length) {
        boolean isWanted = from == null || (entry.index() >= from && rows.size() < limit);
        if (limit == 0 || !isWanted) {
            return;
        }
        if (rows.size() == limit) {
            rows.removeFirst();
        }
        rows.add(row(file, entry, offset, length));
    }

    Collection<ObjectNode> rows() {
        return rows;
    }

    private static ObjectNode row(String file, LogEntry entry, long offset, int length) {
        ObjectNode row = Json.object()
                .put("index", entry.index())
                .put("term", entry.term())
                .put("kind", entry.kind().name().toLowerCase(Locale.ROOT))
                .put("file", file)
                .put("offset", offset)
                .put("bytes", length);
        ByteBuffer command = entry.command();
        if (command == null) {
            return row;
        }
        row.put("dataBytes", command.remaining());
        try {
            io.weir.protocol.LogEntry decoded = io.weir.protocol.LogEntry.parseFrom(command);
            return row.put("stampMs", decoded.getStampMs()).put("proposals", decoded.getProposalsCount());
        } catch (InvalidProtocolBufferException e) {
            return row.put("undecodable", String.valueOf(e.getMessage()));
        }
    }
}
