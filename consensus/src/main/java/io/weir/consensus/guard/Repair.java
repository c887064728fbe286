package io.weir.consensus.guard;

import java.nio.file.Path;
import java.util.List;

/** One change to files that must be made before Raft may start; none of them takes an acknowledged entry or a vote back. */
public sealed interface Repair {
    /**
     * Moves segments aside whose entries the store holds, as if they had been purged.
     *
     * @param files in the order of their indexes
     * @param reason what was found
     * @param isDamage whether a segment is damaged; else a purge was stopped, or a copy of the store has overtaken the log
     */
    record DropPrefix(List<Path> files, String reason, boolean isDamage) implements Repair {}

    /**
     * Moves segments aside that were left by a truncation which a crash interrupted.
     *
     * @param files in the order of their indexes
     * @param reason what was found
     */
    record DropRest(List<Path> files, String reason) implements Repair {}

    /**
     * Cuts off what follows the last sound entry of the last segment: the end of a write that never finished.
     *
     * @param file the segment
     * @param keep its name afterwards: the same, unless an interrupted truncation had not come to renaming it
     * @param bytes its length afterwards
     * @param reason what was found
     */
    record CutTail(Path file, Path keep, long bytes, String reason) implements Repair {}

    /**
     * Moves on to a new term without a vote, because the file may not be the one that the replica wrote last.
     *
     * @param file the vote file
     * @param term the new term, above all that are known
     */
    record RenewVote(Path file, long term) implements Repair {}

    /**
     * Moves the file that names the members aside. It is damaged, and Raft takes the members from the log.
     *
     * @param file the file
     */
    record DropConfiguration(Path file) implements Repair {}
}
