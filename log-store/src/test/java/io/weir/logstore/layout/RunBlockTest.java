package io.weir.logstore.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A block against a plain list of runs. */
class RunBlockTest {
    private static final int SLOT = 3;
    private static final long STREAM = 5;

    private final Checksum checksum = new Checksum();
    private final Scratch scratch = new Scratch();

    @Test
    void eventsThatFollowInThePartitionLengthenTheLastRun() {
        RunBlock block = new RunBlock();
        block.begin(new Run(0, 10, 2));
        for (int i = 0; i < 10_000; i++) {
            assertThat(block.append(12 + i, 1)).isTrue();
        }
        assertThat(runs(block)).containsExactly(new Run(0, 10, 10_002));
        assertThat(RunsLayout.valueBytes(block)).isEqualTo(44);
    }

    @Test
    void aFullBlockStaysAsItIs() {
        RunBlock block = new RunBlock();
        block.begin(new Run(0, 0, 1));
        int appended = 1;
        while (block.append(2L * appended, 1)) {
            appended++;
        }
        assertThat(appended).isEqualTo(65);
        assertThat(runs(block)).hasSize(65);
        assertThat(block.lastRevision()).isEqualTo(64);
        assertThat(block.lastPosition()).isEqualTo(128);
        assertThat(block.append(129, 1)).as("room inside the last run").isTrue();
        assertThat(block.lastRevision()).isEqualTo(65);
    }

    @Property(tries = 500)
    void itHoldsWhatWasAppended(@ForAll long seed) {
        Random random = new Random(seed);
        RunBlock block = new RunBlock();
        List<Run> expected = new ArrayList<>();
        Run last = new Run(number(random), number(random), 1 + number(random));
        block.begin(last);
        boolean more = true;
        while (more) {
            long gap = random.nextInt(3) == 0 ? 0 : number(random);
            long position = last.lastPosition() + 1 + gap;
            long count = 1 + number(random);
            more = position > 0 && position + count > 0 && block.append(position, count);
            if (more && gap == 0) {
                last = new Run(last.firstRevision(), last.firstPosition(), last.count() + count);
            } else if (more) {
                expected.add(last);
                last = new Run(last.lastRevision() + 1, position, count);
            }
        }
        expected.add(last);
        assertThat(runs(block)).isEqualTo(expected);
        RunBlock read = throughARow(block);
        assertThat(runs(read)).isEqualTo(expected);
        for (Run run : expected) {
            assertThat(read.runOf(run.firstRevision())).isEqualTo(run);
            assertThat(read.runOf(run.lastRevision())).isEqualTo(run);
        }
        assertThat(read.runOf(last.lastRevision() + 1)).isNull();
        assertThat(read.runOf(expected.get(0).firstRevision() - 1)).isNull();
    }

    /** Of any magnitude up to 2^40. */
    private static long number(Random random) {
        return random.nextLong() >>> (24 + random.nextInt(40));
    }

    private RunBlock throughARow(RunBlock block) {
        UnsafeBuffer key = RunsLayout.headKey(scratch, SLOT, STREAM);
        UnsafeBuffer value = new UnsafeBuffer(new byte[RunsLayout.valueBytes(block)]);
        RunsLayout.put(checksum, Table.HEADS, key, value, block);
        RunBlock read = new RunBlock();
        RunsLayout.get(checksum, Table.HEADS, key, value, read);
        return read;
    }

    private static List<Run> runs(RunBlock block) {
        List<Run> runs = new ArrayList<>();
        for (Run run = block.first(); run != null; run = block.after(run)) {
            runs.add(run);
        }
        return runs;
    }
}
