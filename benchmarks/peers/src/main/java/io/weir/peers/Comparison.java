package io.weir.peers;

import io.weir.benchmarks.DurationConverter;
import io.weir.benchmarks.Trees;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The course of a comparison. In each contest all peers are started and warmed up; then they have their rounds in turn, so that
 * a noisy minute hits all alike. A peer that fails drops out and is named; the others go on.
 */
final class Comparison {
    /** Something that is done with a contestant, which may fail. */
    @FunctionalInterface
    private interface Step {
        void take(Contestant contestant) throws CannotRunException, IOException, InterruptedException;
    }

    private final List<String> names;
    private final Function<String, Peer> catalogue;
    private final Setup setup;
    private final Plan plan;
    private final Path root;
    private final PrintWriter progress;
    private final List<Skipped> skipped = new ArrayList<>();
    private final Map<String, PeerFacts> facts = new LinkedHashMap<>();

    /**
     * Prepares a comparison.
     *
     * @param names of the peers
     * @param catalogue a new peer by its name, which is not started yet
     * @param root an absolute directory for the files of all of them
     * @param progress takes a line now and then
     */
    Comparison(
            List<String> names,
            Function<String, Peer> catalogue,
            Setup setup,
            Plan plan,
            Path root,
            PrintWriter progress) {
        this.names = List.copyOf(names);
        this.catalogue = catalogue;
        this.setup = setup;
        this.plan = plan;
        this.root = root;
        this.progress = progress;
    }

    /** Those that dropped out so far. */
    List<Skipped> skipped() {
        return List.copyOf(skipped);
    }

    /** Those that started so far, in the order of the names. */
    List<PeerFacts> facts() {
        return names.stream().filter(facts::containsKey).map(facts::get).toList();
    }

    /** Holds one contest. */
    Section hold(Contest contest) throws IOException, InterruptedException {
        List<Contestant> contestants = new ArrayList<>();
        for (String name : names) {
            Peer peer = catalogue.apply(name);
            if (peer.workloads().contains(contest.workload())) {
                contestants.add(new Contestant(
                        peer, contest, root.resolve(contest.name()).resolve(name)));
            }
        }
        List<Figures> figures = new ArrayList<>();
        if (plan.isOneAtATime()) {
            for (Contestant contestant : contestants) {
                figures.addAll(together(contest, List.of(contestant)));
            }
        } else {
            figures.addAll(together(contest, contestants));
        }
        return new Section(contest.name(), description(contest), withRatios(contest, figures));
    }

    /** Starts all, measures them in turn, and ends all. */
    private List<Figures> together(Contest contest, List<Contestant> contestants)
            throws IOException, InterruptedException {
        try {
            for (Contestant contestant : contestants) {
                attempt(contestant, one -> {
                    say("%s: starting %s", contest.name(), one.name());
                    one.start(setup, plan);
                });
            }
            for (Contestant contestant : contestants) {
                attempt(contestant, one -> {
                    say("%s: warming up %s", contest.name(), one.name());
                    one.warmUp(plan);
                });
            }
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Contestant contestant : contestants) {
                    int number = round;
                    attempt(contestant, one -> measure(contest, one, contestants, number));
                }
            }
            List<Figures> figures = new ArrayList<>();
            for (Contestant contestant : contestants) {
                PeerFacts known = contestant.facts();
                if (known != null) {
                    facts.put(known.name(), known);
                }
                Skipped out = contestant.skipped();
                if (out == null) {
                    figures.add(contestant.figures());
                } else {
                    skipped.add(out);
                }
            }
            return figures;
        } finally {
            contestants.forEach(this::close);
            deleteFiles(contest);
        }
    }

    private void measure(Contest contest, Contestant contestant, List<Contestant> all, int number)
            throws IOException, InterruptedException {
        Collection<ProcessHandle> others = all.stream()
                .filter(other -> other != contestant)
                .flatMap(other -> other.ownProcesses().stream())
                .toList();
        RoundFigures figures = contestant.round(others);
        say(
                "%s: round %d of %d: %s %,.0f/s%s",
                contest.name(),
                number,
                plan.rounds(),
                contestant.name(),
                figures.perSecond(),
                figures.latency() == null
                        ? ""
                        : String.format(
                                Locale.ROOT, ", p50 %.2f ms", figures.latency().p50Ms()));
    }

    private void attempt(Contestant contestant, Step step) throws InterruptedException {
        if (contestant.skipped() != null) {
            return;
        }
        try {
            step.take(contestant);
        } catch (CannotRunException e) {
            giveUp(contestant, Reasons.of(e), e.nextStep(), e.isAbsent());
        } catch (IOException | RuntimeException e) {
            giveUp(contestant, Reasons.of(e), "measure it alone: --peers " + contestant.name(), false);
        }
    }

    private void giveUp(Contestant contestant, String reason, String nextStep, boolean isAbsent) {
        say("%s is not measured: %s", contestant.name(), reason);
        say("    next step: %s", nextStep);
        try {
            contestant.giveUp(reason, nextStep, isAbsent);
        } catch (RuntimeException e) {
            say("%s could not be ended in order: %s", contestant.name(), Reasons.of(e));
        }
    }

    private void close(Contestant contestant) {
        try {
            contestant.close();
        } catch (RuntimeException e) {
            say("%s could not be ended in order: %s", contestant.name(), Reasons.of(e));
        }
    }

    private void deleteFiles(Contest contest) throws IOException {
        Path directory = root.resolve(contest.name());
        if (Files.exists(directory)) {
            Trees.delete(directory);
        }
    }

    private static List<Figures> withRatios(Contest contest, List<Figures> figures) {
        Figures weir = figures.stream()
                .filter(one -> one.peer().equals(WeirPeer.NAME))
                .findFirst()
                .orElse(null);
        return figures.stream()
                .map(one -> weir == null || one.equals(weir)
                        ? one
                        : one.withRatios(Ratios.of(contest.workload(), weir, one)))
                .toList();
    }

    private String description(Contest contest) {
        return switch (contest.workload()) {
            case append ->
                String.format(
                        Locale.ROOT,
                        "events of %,d bytes, %,d under way, %d rounds of %s",
                        setup.eventBytes(),
                        setup.inFlight(),
                        plan.rounds(),
                        DurationConverter.format(plan.roundDuration()));
            case latency ->
                String.format(
                        Locale.ROOT,
                        "events of %,d bytes, %,d a second, each timed from when it was due, %d rounds of %s",
                        setup.eventBytes(),
                        plan.latencyRate(),
                        plan.rounds(),
                        DurationConverter.format(plan.latencyDuration()));
            case tx ->
                String.format(
                        Locale.ROOT,
                        "transactions of two events of %,d bytes in two partitions, %d at once, %d rounds of %s",
                        setup.eventBytes(),
                        contest.clients(),
                        plan.rounds(),
                        DurationConverter.format(plan.roundDuration()));
        };
    }

    private void say(String format, Object... values) {
        progress.println(String.format(Locale.ROOT, format, values));
        progress.flush();
    }
}
