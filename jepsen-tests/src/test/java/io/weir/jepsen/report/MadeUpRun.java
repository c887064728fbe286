package io.weir.jepsen.report;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.History;
import io.weir.jepsen.history.HistoryFile;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Transaction;
import io.weir.jepsen.history.Values;
import io.weir.jepsen.history.Workload;
import io.weir.jepsen.run.FaultWindow;
import io.weir.jepsen.run.RunRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A run that never was: clients of a strictly serializable store in memory that stands still for a while in each fault. From
 * one seed; some of its reads may be made stale.
 */
final class MadeUpRun {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long TIMEOUT = 5 * SECOND;
    private static final List<String> KINDS =
            List.of("kill-leader", "pause-majority", "isolated-leader", "power-one", "hung-disk");

    private final Random random;
    private final int clients;
    private final long lastsNs;
    private final int stale;
    private final int pauseNs;
    private final PriorityQueue<Turn> turns =
            new PriorityQueue<>(Comparator.comparingLong(Turn::atNs).thenComparingInt(Turn::client));
    private final Map<Integer, Values> streams = new HashMap<>();
    private final List<FaultWindow> faults = new ArrayList<>();
    private long nowNs;
    private int values;
    private int staleReads;

    /** When a client does what comes next: it asks, or is answered. */
    private record Turn(long atNs, int client, Optional<List<Step>> asked, boolean isLate) {}

    private MadeUpRun(long seed, int clients, Duration lasts, int stale, int pauseNs) {
        this.random = new Random(seed);
        this.clients = clients;
        this.lastsNs = lasts.toNanos();
        this.stale = stale;
        this.pauseNs = pauseNs;
    }

    /** What is left of such a run. */
    record Left(RunRecord run, HistoryFile file) {}

    /**
     * Makes it up.
     *
     * @param stale how many of the reads miss the last value
     */
    static Left of(long seed, int clients, Duration lasts, int stale) {
        return of(seed, clients, lasts, new MadeUpRun(seed, clients, lasts, stale, 900_000));
    }

    /** One whose clients take their time, so that it may last long. */
    static Left slow(long seed, Duration lasts) {
        return of(seed, 4, lasts, new MadeUpRun(seed, 4, lasts, 0, 400_000_000));
    }

    private static Left of(long seed, int clients, Duration lasts, MadeUpRun run) {
        run.faults();
        History history = run.history();
        Header header = new Header(Workload.LIST_APPEND, seed, "0.1.0").withNodes(List.of("n1", "n2", "n3"));
        RunRecord done = new RunRecord(
                "list-append",
                KINDS,
                List.of("full-disk: needs root"),
                seed,
                lasts,
                Duration.ofNanos(TIMEOUT),
                clients,
                List.of("n1", "n2", "n3"),
                run.faults,
                1_834,
                "0.1.0 (3f2a91c)",
                "Java 17.0.15, Linux 6.1, 2 processors",
                "weir jepsen run --workload list-append --seed " + seed + " --time " + lasts.toSeconds() + "s");
        return new Left(done, new HistoryFile(header, history));
    }

    private void faults() {
        long beginsNs = 5 * SECOND;
        while (beginsNs + 3 * SECOND < lastsNs) {
            long healsNs = Math.min(lastsNs, beginsNs + 3 * SECOND + random.nextInt(7_000) * MS);
            String kind = KINDS.get(random.nextInt(KINDS.size()));
            faults.add(new FaultWindow(kind, kind + " at [n" + (1 + random.nextInt(3)) + "]", beginsNs, healsNs));
            beginsNs = healsNs + 5 * SECOND;
        }
    }

    private History history() {
        HistoryRecorder recorder = new HistoryRecorder(() -> nowNs);
        List<HistoryRecorder.Client> notes = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            notes.add(recorder.newClient());
            turns.add(new Turn(random.nextInt(50) * MS, client, Optional.empty(), false));
        }
        while (!turns.isEmpty()) {
            Turn turn = turns.remove();
            nowNs = turn.atNs();
            HistoryRecorder.Client client = notes.get(turn.client());
            if (turn.asked().isPresent()) {
                end(client, turn.asked().get(), turn.isLate());
                turns.add(new Turn(nowNs + random.nextInt(pauseNs), turn.client(), Optional.empty(), false));
            } else if (nowNs < lastsNs) {
                List<Step> steps = steps();
                client.invoke(steps, "n" + (1 + turn.client() % 3));
                long takesNs = (long) (2 * MS * Math.exp(random.nextGaussian() * 0.6));
                long answeredNs = Math.max(nowNs, stoppedUntil(nowNs)) + takesNs;
                boolean isLate = answeredNs - nowNs > TIMEOUT || (takesNs > 8 * MS && random.nextInt(20) == 0);
                long endsNs = isLate ? nowNs + Math.min(TIMEOUT, 300 * takesNs) : answeredNs;
                turns.add(new Turn(endsNs, turn.client(), Optional.of(steps), isLate));
            }
        }
        finalReads(recorder);
        return recorder.history();
    }

    /** In some faults nothing goes on for a part of the time. */
    private long stoppedUntil(long ns) {
        for (FaultWindow fault : faults) {
            long stopsForNs = fault.nemesis().equals("hung-disk")
                    ? 0
                    : fault.nemesis().equals("kill-leader")
                            ? 1_200 * MS
                            : fault.nemesis().equals("pause-majority") ? fault.healedNs() - fault.beganNs() : 700 * MS;
            if (ns >= fault.beganNs() && ns < fault.beganNs() + stopsForNs) {
                return fault.beganNs() + stopsForNs + 10 * MS;
            }
        }
        return ns;
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int stream = values / 300 * 10 + random.nextInt(10);
            steps.add(random.nextBoolean() ? Step.read(stream) : Step.append(stream, ++values));
        }
        return steps;
    }

    private void end(HistoryRecorder.Client client, List<Step> steps, boolean isLate) {
        if (random.nextInt(50) == 0) {
            client.fail("Aborted: <another> transaction & this one met");
        } else if (isLate) {
            client.info("OutcomeUnknown: no answer in time");
        } else {
            client.ok(applied(steps));
        }
    }

    private List<Step> applied(List<Step> steps) {
        List<Step> done = new ArrayList<>();
        boolean isStale = isStaleNow(steps);
        for (Step step : steps) {
            Values values = streams.getOrDefault(step.stream(), Values.NONE);
            if (step instanceof Step.Append append) {
                done.add(append.at(values.size()));
                streams.put(step.stream(), values.plus(append.value()));
            } else {
                done.add(Step.read(step.stream()).saw(isStale ? values.first(values.size() - 1) : values));
            }
        }
        return done;
    }

    /** Reads alone: one that misses its own appends would be another kind of anomaly. */
    private boolean isStaleNow(List<Step> steps) {
        boolean isNow = staleReads < stale
                && nowNs > lastsNs / 2
                && steps.size() > 1
                && steps.stream().allMatch(step -> step instanceof Step.Read && streams.containsKey(step.stream()));
        staleReads += isNow ? 1 : 0;
        return isNow;
    }

    private void finalReads(HistoryRecorder recorder) {
        HistoryRecorder.Client reader = recorder.newClient();
        nowNs += 2 * SECOND;
        for (String node : List.of("n1", "n2", "n3")) {
            for (int stream : streams.keySet().stream().sorted().toList()) {
                reader.invoke(new Transaction(List.of(Step.read(stream)), true), node);
                nowNs += MS;
                reader.ok(List.of(Step.read(stream).saw(streams.getOrDefault(stream, Values.NONE))));
            }
        }
    }
}
