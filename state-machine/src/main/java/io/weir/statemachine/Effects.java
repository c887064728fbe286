package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.StreamKey;
import io.weir.protocol.Outcome;
import io.weir.protocol.StreamName;
import java.util.List;

/**
 * What an executed command does, as data: handlers decide it, {@link PartitionStateMachine} alone carries it out. So a
 * handler cannot half-write a command that it then rejects.
 *
 * @param outcome the answer; it is stored
 * @param runs what is appended, in order; empty if the command was rejected
 */
record Effects(Outcome outcome, List<Run> runs) {
    /**
     * Events that follow each other in one stream and in the partition.
     *
     * @param creates whether the stream is new
     * @param firstRevision follows the stream's last revision, earlier runs of these effects included
     * @param firstPosition follows the partition's last position, likewise
     * @param events at least one
     */
    record Run(
            StreamName stream,
            StreamKey key,
            boolean creates,
            long firstRevision,
            long firstPosition,
            List<ByteString> events) {}
}
