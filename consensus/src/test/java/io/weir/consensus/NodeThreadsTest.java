package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.consensus.partition.CopySources;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the node's timer does when its tasks fail. */
class NodeThreadsTest {
    @TempDir
    private Path directory;

    private NodeThreads threads;

    @BeforeEach
    void start() {
        NodeConfig config =
                new NodeConfig("c", "n1", List.of(new MemberConfig("n1", "127.0.0.1:7001", null)), 1, directory);
        threads = new NodeThreads(
                config, System::currentTimeMillis, (leader, number, index, digest) -> {}, CopySources.none());
    }

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void aTaskThatThrowsGoesOnWhateverItThrows() throws InterruptedException {
        CountDownLatch exceptions = new CountDownLatch(3);
        CountDownLatch errors = new CountDownLatch(3);
        threads.every(1, () -> {
            exceptions.countDown();
            throw new IllegalStateException("a defect");
        });
        threads.every(1, () -> {
            errors.countDown();
            throw new AssertionError("a defect");
        });
        assertThat(exceptions.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(errors.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void oneThatThrowsDoesNotKeepTheNextFromBeingRun() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(3);
        threads.every(
                1,
                List.of(
                        () -> {
                            throw new StackOverflowError("as if");
                        },
                        runs::countDown));
        assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
