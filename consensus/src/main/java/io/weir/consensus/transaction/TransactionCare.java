package io.weir.consensus.transaction;

import io.weir.client.spi.NodeFailure;
import io.weir.logstore.support.FaultPoint;
import io.weir.protocol.AbortedTransaction;
import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import io.weir.protocol.TransactionRecord.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who finishes, for one partition, what drivers have left: their nodes died, or a partition did not answer them in time. What
 * is staged here holds locks until its home has decided and it is resolved; what is decided here is kept until all others are
 * resolved. It acts on the partition's leader only, which is a matter of thrift: any number may act at once.
 *
 * <p>It measures time from when it first saw a transaction, by a clock that only measures differences, and time only moves it to
 * ask and to propose. Log time and home decide what becomes of a transaction.
 *
 * <p>{@link #look} is called by one thread at a time; answers arrive on any thread. Nothing here waits.
 */
public final class TransactionCare {
    /** Attempts under way at once. */
    static final int MAX_ATTEMPTS = 32;

    /** Attempts under way at once at what needs a partition that did not answer the last one. */
    private static final int MAX_PROBES = MAX_ATTEMPTS / 2;

    /** Transactions looked at, at once. */
    static final int MAX_WATCHED = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(TransactionCare.class);

    private final CarePort here;
    private final TransactionDriver driver;
    private final StepPort port;
    private final Proposals proposals;
    private final CareTimes times;
    private final CareWindow window;

    // Guarded by this.
    private Map<TransactionId, Watch> watched = new HashMap<>();
    private int attempts;
    private long recoveries;
    /** Partitions that the last attempt at something that needs them has found silent, or waiting for one that is. */
    private final Set<Integer> silent = new HashSet<>();
    /** The attempts that will tell whether they still are. */
    private final Map<Integer, Watch> probes = new HashMap<>();

    // Of look's thread.
    private @Nullable Long tickedNanos;

    /** A transaction that is open here, and what was tried. Its events and answers are not kept. Guarded by the care. */
    private static final class Watch {
        final TransactionId id;
        final List<Integer> participants;
        final State state;
        long dueNanos;
        long pauseMs;
        boolean isAttempted;

        Watch(TransactionInfo info, long dueNanos, long pauseMs) {
            this.id = info.getId();
            this.participants = List.copyOf(info.getRecord().getParticipantsList());
            this.state = info.getRecord().getState();
            this.dueNanos = dueNanos;
            this.pauseMs = pauseMs;
        }

        /** The partitions without which nothing can be done: home, or those that are to be resolved. */
        List<Integer> needed() {
            return state == State.STAGED
                    ? List.of(id.getHome())
                    : participants.stream().filter(part -> part != id.getHome()).toList();
        }
    }

    /** Care of one partition; {@code driver} is the node's. */
    public TransactionCare(CarePort here, TransactionDriver driver, StepPort port, CareTimes times) {
        this(here, driver, port, times, MAX_WATCHED);
    }

    TransactionCare(CarePort here, TransactionDriver driver, StepPort port, CareTimes times, int maxWatched) {
        this.here = here;
        this.driver = driver;
        this.port = port;
        this.proposals = new Proposals(port);
        this.times = times;
        this.window = new CareWindow(here, maxWatched, times.windowMs());
    }

    /** Looks after what is open, and begins what is due. To be called every tenth of a second or so. */
    public void look() {
        if (!here.leads()) {
            window.reset();
            synchronized (this) {
                watched = new HashMap<>();
            }
            return;
        }
        tickIfDue();
        long now = port.nanoTime();
        for (Watch watch : due(window.look(now), now)) {
            attempt(watch);
        }
    }

    /** Attempts begun so far, at whatever transactions. */
    public synchronized long recoveries() {
        return recoveries;
    }

    /** Votes and marks go when log time is past their expiry, and where nobody writes it stands still: they would stay. */
    private void tickIfDue() {
        long expiryMs = here.firstExpiryMs();
        boolean isLate = expiryMs < here.clockMs() && here.logTimeMs() <= expiryMs;
        long now = port.nanoTime();
        Long last = tickedNanos;
        if (isLate && (last == null || now - last >= TimeUnit.MILLISECONDS.toNanos(times.tickMs()))) {
            tickedNanos = now;
            here.tick();
        }
    }

    /** Those at which an attempt has to be made now, each marked as attempted. */
    private synchronized List<Watch> due(List<TransactionInfo> open, long now) {
        Map<TransactionId, Watch> next = new HashMap<>();
        List<Watch> due = new ArrayList<>();
        for (TransactionInfo info : open) {
            if (!isOpen(info)) {
                continue;
            }
            Watch watch = watch(info, now);
            next.put(watch.id, watch);
            if (!watch.isAttempted && now - watch.dueNanos >= 0) {
                due.add(watch);
            }
        }
        watched = next;
        return begin(due);
    }

    /** Were home to forget what is only resolved here, or undecided, others would take it for aborted. */
    private boolean isOpen(TransactionInfo info) {
        return switch (info.getRecord().getState()) {
            case STAGED -> true;
            case COMMITTED, ABORTED -> info.getId().getHome() == here.partition();
            case NO, FORGOTTEN, UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    /** A decision begins a time of its own: a driver is alive, and will resolve at once. */
    private Watch watch(TransactionInfo info, long now) {
        Watch known = watched.get(info.getId());
        State state = info.getRecord().getState();
        if (known != null && known.state == state) {
            return known;
        }
        long waitMs = state == State.STAGED ? times.stagedMs() : times.decidedMs();
        return new Watch(info, now + TimeUnit.MILLISECONDS.toNanos(waitMs), times.pauseMs());
    }

    /** First those that were tried least, and of these what holds locks. */
    private List<Watch> begin(List<Watch> due) {
        due.sort(Comparator.comparingLong((Watch watch) -> watch.pauseMs)
                .thenComparing(watch -> watch.state != State.STAGED));
        List<Watch> begun = new ArrayList<>();
        for (Watch watch : due) {
            if (attempts < MAX_ATTEMPTS && mayBegin(watch)) {
                watch.isAttempted = true;
                attempts++;
                recoveries++;
                begun.add(watch);
            }
        }
        return begun;
    }

    /** What needs a silent partition takes one place, lest thousands that wait for it take all, and keep others waiting. */
    private boolean mayBegin(Watch watch) {
        if (silent.isEmpty()) {
            return true;
        }
        List<Integer> mute = watch.needed().stream().filter(silent::contains).toList();
        boolean isProbed = mute.stream().anyMatch(probes::containsKey);
        if (!mute.isEmpty() && (isProbed || probes.size() >= MAX_PROBES)) {
            return false;
        }
        mute.forEach(partition -> probes.put(partition, watch));
        return true;
    }

    private void attempt(Watch watch) {
        CompletableFuture<Void> attempt = watch.state == State.STAGED
                ? recover(watch)
                : driver.finish(watch.id, watch.participants, watch.state == State.COMMITTED, times.recoveryMs());
        var unused = attempt.whenComplete((done, failure) -> {
            ended(watch, failure == null);
            if (failure != null) {
                tell(watch.id, failure);
            }
        });
    }

    /** Has home decide, if it has not, and does here what home has decided. At home the decision itself does that. */
    private CompletableFuture<Void> recover(Watch watch) {
        TransactionId id = watch.id;
        AbortedTransaction answer = Steps.aborted(AbortedTransaction.Reason.RECOVERED);
        long startNanos = port.nanoTime();
        if (FaultPoint.isMutant("care-asks-nobody") && id.getHome() != here.partition()) {
            return proposals.carryOut(here.partition(), Steps.resolve(id, false), times.recoveryMs());
        }
        return proposals
                .decide(Steps.abort(id, watch.participants, answer), times.recoveryMs())
                .thenCompose(home -> {
                    if (id.getHome() == here.partition() || home.hasRefusal()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    boolean commits = Steps.commits(home.getDecided(), here.partition());
                    long leftMs = times.recoveryMs() - TimeUnit.NANOSECONDS.toMillis(port.nanoTime() - startNanos);
                    return proposals.carryOut(here.partition(), Steps.resolve(id, commits), leftMs);
                });
    }

    /** Whatever came of it: what is still open after a while is tried again. */
    private synchronized void ended(Watch watch, boolean isAnswered) {
        attempts--;
        probes.values().removeIf(probe -> probe == watch);
        if (isAnswered) {
            silent.removeAll(watch.needed());
        } else {
            silent.addAll(watch.needed());
        }
        watch.isAttempted = false;
        watch.dueNanos = port.nanoTime() + TimeUnit.MILLISECONDS.toNanos(watch.pauseMs);
        watch.pauseMs = Math.min(2 * watch.pauseMs, times.longestPauseMs());
    }

    private static void tell(TransactionId id, Throwable failure) {
        if (Steps.cause(failure) instanceof NodeFailure) {
            LOG.debug("transaction {} could not be finished yet, and will be tried again", id, failure);
        } else {
            LOG.error("a defect: transaction {} could not be finished", id, failure);
        }
    }
}
