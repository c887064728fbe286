package io.weir.jepsen.simulator;

import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A linearizable read of one stream, of several in a partition, or of a whole partition. */
final class ReadOperation extends Operation {
    private final int partition;
    private final int[] streams;

    ReadOperation(World world, SimulatedClient client, HistoryRecorder.Client notebook, Runnable next) {
        super(world, client, notebook, next);
        Random random = world.random();
        int stream = random.nextInt(world.streams().count());
        int[] all = world.streams().of(world.streams().partition(stream));
        this.partition = world.streams().partition(stream);
        this.streams = random.nextBoolean() ? new int[] {stream} : all;
    }

    /** Of a whole partition. */
    ReadOperation(World world, SimulatedClient client, HistoryRecorder.Client notebook, Runnable next, int partition) {
        super(world, client, notebook, next);
        this.partition = partition;
        this.streams = world.streams().of(partition);
    }

    @Override
    void begin() {
        List<Step> steps = new ArrayList<>();
        for (int stream : streams) {
            steps.add(Step.read(stream));
        }
        invoke(steps);
        client.read(partition, streams, world.weather().timeoutMs(), this::answered, () -> fail("no answer"));
    }

    private void answered(int[][] values) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < streams.length; i++) {
            steps.add(new Step.Read(streams[i], Values.of(values[i])));
        }
        ok(steps);
    }
}
