package io.weir.jepsen.simulator;

import io.weir.client.spi.NodeFailure;
import io.weir.protocol.Command;
import io.weir.protocol.Error;
import io.weir.protocol.Outcome;
import io.weir.protocol.RequestId;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A command on its way to the leader of a partition, sent again until there is an answer or the time is up. */
@SuppressWarnings("FutureReturnValueIgnored") // each continuation handles failures itself
final class Sending {
    private static final int AGAIN_MS = 500;
    private static final int SOON_MS = 40;

    private final World world;
    private final SimulatedPartition partition;
    private final RequestId request;
    private final Supplier<Command> command;
    private final Consumer<Outcome> answered;
    private final Runnable gaveUp;
    private long untilNanos;
    private boolean isDone;

    /**
     * @param command what to send; asked for each time that it is sent
     * @param answered called once with the answer, if there is one in time
     * @param gaveUp called once, if not
     */
    Sending(
            World world,
            SimulatedPartition partition,
            RequestId request,
            Supplier<Command> command,
            Consumer<Outcome> answered,
            Runnable gaveUp) {
        this.world = world;
        this.partition = partition;
        this.request = request;
        this.command = command;
        this.answered = answered;
        this.gaveUp = gaveUp;
    }

    void begin(long timeoutMs) {
        untilNanos = world.time().nowNanos() + timeoutMs * Timeline.NANOS_PER_MS;
        world.time().afterMs(timeoutMs, () -> {
            if (!isDone) {
                isDone = true;
                gaveUp.run();
            }
        });
        send();
    }

    private void send() {
        long leftMs = (untilNanos - world.time().nowNanos()) / Timeline.NANOS_PER_MS;
        if (isDone || leftMs <= 0) {
            return;
        }
        SimulatedNode node = world.chance(world.weather().wrongNode())
                ? world.nodes().get(world.random().nextInt(world.nodes().size()))
                : partition.leader();
        Command sent = command.get();
        world.network().send(() -> "to n" + node.id() + ": " + Describe.command(sent), () -> {
            if (node.isUp()) {
                node.submit(partition.number(), sent, leftMs).whenComplete(node.answer(null, this::heard));
            }
        });
        world.time().afterMs(AGAIN_MS + world.random().nextInt(AGAIN_MS), this::send);
    }

    private void heard(Outcome outcome, Throwable failure) {
        if (outcome != null) {
            world.ledger().answered(request, outcome);
        }
        if (isDone) {
            return;
        }
        if (outcome == null) {
            SimulatedClient.requireNodeFailure(world, failure);
            world.time().note(() -> "heard of " + request.getSequence() + ": " + failure);
            if (failure instanceof NodeFailure known && known.error().getCode() == Error.Code.NOT_LEADER) {
                world.time().afterMs(1 + world.random().nextInt(SOON_MS), this::send);
            }
        } else if (outcome.hasLocked()) {
            world.time().afterMs(1 + world.random().nextInt(SOON_MS), this::send);
        } else {
            isDone = true;
            answered.accept(outcome);
        }
    }
}
