package io.weir.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(600)
class PeersIT {
    private static final int APPENDS = 100;

    static List<String> names() {
        return Catalogue.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void takesAppendsAndTransactionsAndLeavesNoProcess(String name, @TempDir Path directory) throws Exception {
        Path weir = Path.of("../../cli/target/weir/weir.jar").toAbsolutePath().normalize();
        assumeTrue(!name.equals(WeirPeer.NAME) || Files.exists(weir), () -> weir + " has not been built");
        Setup setup = new Setup(weir, 4, 256, 1_024, 16, 64, 64);
        Collection<ProcessHandle> processes = List.of();
        try (Peer peer = Catalogue.peer(name, setup)) {
            try {
                peer.start(directory);
            } catch (CannotRunException e) {
                assumeTrue(!e.isAbsent(), () -> e.getMessage() + "; " + e.nextStep());
                throw e;
            }
            processes = peer.processes();
            assertThat(processes).allMatch(ProcessHandle::isAlive);
            assertThat(peer.versions()).isNotBlank();
            for (Workload workload : peer.workloads()) {
                if (workload == Workload.tx) {
                    commit(peer);
                } else {
                    append(peer, workload);
                }
            }
        }
        assertThat(processes)
                .filteredOn(process -> !process.equals(ProcessHandle.current()))
                .noneMatch(ProcessHandle::isAlive);
    }

    private static void append(Peer peer, Workload workload) throws Exception {
        try (Appender appender = peer.appender(workload)) {
            List<CompletableFuture<?>> acknowledged = new ArrayList<>();
            for (int n = 0; n < APPENDS; n++) {
                acknowledged.add(appender.append());
            }
            CompletableFuture.allOf(acknowledged.toArray(CompletableFuture[]::new))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static void commit(Peer peer) {
        try (Transactor one = peer.transactor(0);
                Transactor other = peer.transactor(1)) {
            for (int n = 0; n < 5; n++) {
                assertThat(one.commit()).isTrue();
                assertThat(other.commit()).isTrue();
            }
        }
    }
}
