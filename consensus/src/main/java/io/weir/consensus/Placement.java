package io.weir.consensus;

import com.google.protobuf.ByteString;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Failures;
import io.weir.protocol.Append;
import io.weir.protocol.Command;
import io.weir.protocol.InvalidNameException;
import io.weir.protocol.Prepare;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import io.weir.protocol.TransactionStep;
import java.util.List;

/**
 * Which partition is responsible for what. A stream that was written where nobody looks for it would be lost to its readers.
 *
 * @param partitions how many there are
 */
record Placement(int partitions) {
    /** The partition of a slot. */
    int partitionOf(int slot) {
        return slot % partitions;
    }

    /** Throws a {@link NodeFailure} if a stream of the command lies in another partition. */
    void requireHere(int partition, Command command) {
        if (command.hasAppend()) {
            requireHere(partition, name(command.getAppend().getStream()));
        }
        requireHere(
                partition,
                command.getTransact().getAppendsList(),
                command.getTransact().getRequirementsList());
    }

    private void requireHere(int partition, List<Append> appends, List<Requirement> requirements) {
        appends.forEach(append -> requireHere(partition, name(append.getStream())));
        requirements.forEach(requirement -> requireHere(partition, name(requirement.getStream())));
    }

    /** Throws a {@link NodeFailure} if the stream lies in another partition. */
    void requireHere(int partition, StreamName stream) {
        int home = partitionOf(stream.slot());
        if (home != partition) {
            throw Failures.invalid("stream \"" + stream + "\" (slot " + stream.slot() + ") lies in partition " + home
                    + ", not in partition " + partition);
        }
    }

    /** Throws a {@link NodeFailure} if the step is none for this partition. */
    void requireHere(int partition, TransactionStep step) {
        int home = step.getId().getHome();
        switch (step.getStepCase()) {
            case PREPARE -> requireHere(partition, step.getPrepare());
            case DECIDE -> {
                require(home == partition, step, partition);
                requireExist(step.getDecide().getParticipantsList());
            }
            case FORGET -> require(home == partition, step, partition);
            case RESOLVE -> require(home != partition, step, partition);
            case STEP_NOT_SET -> throw Failures.invalid("the request holds no step that this version knows");
        }
    }

    private void requireHere(int partition, Prepare prepare) {
        List<Integer> participants = prepare.getParticipantsList();
        if (!participants.contains(partition)) {
            throw Failures.invalid("partition " + partition + " is none of the participants " + participants);
        }
        requireExist(participants);
        requireHere(partition, prepare.getAppendsList(), prepare.getRequirementsList());
    }

    private void requireExist(List<Integer> participants) {
        for (int participant : participants) {
            if (participant < 0 || participant >= partitions) {
                throw Failures.invalid("participant " + Integer.toUnsignedString(participant)
                        + " does not exist; there are " + partitions + " partitions, from 0");
            }
        }
    }

    private static void require(boolean holds, TransactionStep step, int partition) {
        if (!holds) {
            throw Failures.invalid("the home of the transaction is partition "
                    + step.getId().getHome() + ": " + step.getStepCase() + " is no step for partition " + partition);
        }
    }

    /** A name that came over the wire. */
    static StreamName name(ByteString utf8) {
        try {
            return StreamName.of(utf8);
        } catch (InvalidNameException e) {
            throw Failures.invalid(String.valueOf(e.getMessage()));
        }
    }
}
