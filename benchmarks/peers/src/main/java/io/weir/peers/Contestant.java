package io.weir.peers;

import io.weir.benchmarks.Latencies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A peer that takes part in a contest: what was measured of it, or why it was not. For one thread. */
final class Contestant implements AutoCloseable {
    private final Peer peer;
    private final Contest contest;
    private final Path directory;
    private final List<RoundFigures> rounds = new ArrayList<>();
    private final Latencies latencies = new Latencies();
    private Collection<ProcessHandle> processes = List.of();
    private @Nullable Trial trial;
    private @Nullable Skipped skipped;
    private @Nullable PeerFacts facts;
    private long residentKib = -1;

    /** @param directory for all files of the peer; made when it starts */
    Contestant(Peer peer, Contest contest, Path directory) {
        this.peer = peer;
        this.contest = contest;
        this.directory = directory;
    }

    String name() {
        return peer.name();
    }

    void start(Setup setup, Plan plan) throws CannotRunException, IOException, InterruptedException {
        Files.createDirectories(directory);
        peer.start(directory);
        processes = peer.processes();
        facts = new PeerFacts(peer.name(), peer.versions(), peer.promise());
        trial = Trial.open(contest, peer, setup, plan);
    }

    void warmUp(Plan plan) throws InterruptedException {
        trial().warmUp(plan.warmup());
    }

    /**
     * Has one round.
     *
     * @param others that run meanwhile without work
     */
    RoundFigures round(Collection<ProcessHandle> others) throws IOException, InterruptedException {
        boolean isOurOwn = processes.contains(ProcessHandle.current());
        List<ProcessHandle> client = List.of(ProcessHandle.current());
        Disk disk = Disk.below(directory);
        Disk.sync(); // nobody is to pay for what another has left in the page cache
        long writtenBefore = disk.writtenBytes();
        long cpuBefore = Usage.cpuNanos(processes);
        long clientBefore = Usage.cpuNanos(client);
        long othersBefore = Usage.cpuNanos(others);
        long begun = System.nanoTime();
        Trial.Round round = trial().round();
        double processorNanos =
                (double) (System.nanoTime() - begun) * Runtime.getRuntime().availableProcessors();
        long cpu = Usage.cpuNanos(processes) - cpuBefore;
        long clientCpu = Usage.cpuNanos(client) - clientBefore;
        double idleShare = (Usage.cpuNanos(others) - othersBefore) / processorNanos;
        Disk.sync(); // what the peer has left there it has written, too
        Latencies ofRound = round.latencies();
        if (ofRound != null) {
            latencies.add(ofRound);
        }
        RoundFigures figures = new RoundFigures(
                round.count(),
                round.perSecond(),
                ofRound == null ? null : ofRound.summary(),
                cpu,
                isOurOwn ? null : clientCpu,
                writtenBefore < 0 ? null : disk.writtenBytes() - writtenBefore,
                idleShare);
        rounds.add(figures);
        residentKib = Usage.peakResidentKib(processes);
        return figures;
    }

    /** Those that belong to the peer alone. */
    Collection<ProcessHandle> ownProcesses() {
        return processes.stream()
                .filter(process -> !process.equals(ProcessHandle.current()))
                .toList();
    }

    /** Takes no further part: what was measured before is void. */
    void giveUp(String reason, String nextStep, boolean isAbsent) {
        skipped = new Skipped(peer.name(), contest.name(), reason, nextStep, isAbsent);
        close();
    }

    /** Null unless it gave up. */
    @Nullable
    Skipped skipped() {
        return skipped;
    }

    /** Null if it has not started. */
    @Nullable
    PeerFacts facts() {
        return facts;
    }

    /** What was measured, in one round at least. */
    Figures figures() {
        Latencies.Summary summary = latencies.summary();
        return Figures.of(peer.name(), rounds, summary.count() == 0 ? null : summary, residentKib);
    }

    private Trial trial() {
        return Objects.requireNonNull(trial, "not started");
    }

    @Override
    public void close() {
        processes = List.of();
        try {
            if (trial != null) {
                trial.close();
                trial = null;
            }
        } finally {
            peer.close();
        }
    }
}
