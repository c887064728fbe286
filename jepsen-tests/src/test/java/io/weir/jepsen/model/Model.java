package io.weir.jepsen.model;

import io.weir.jepsen.model.Layout.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** All steps that can be taken in a scenario, and the judgement of what they lead to. */
final class Model {
    /** The state in which nothing has happened. */
    static final long START = 0;

    /**
     * Something that may happen next.
     *
     * @param text what
     * @param effect the state behind it; the same state if it is impossible or changes nothing
     * @param result from the state behind it: what came of it, or nothing
     */
    record Step(String text, LongUnaryOperator effect, LongFunction<String> result) {}

    private final Scenario scenario;
    private final Layout layout;
    private final Participant participant;
    private final Home home;
    private final Reader reader;
    private final Judge judge;
    private final List<Step> steps = new ArrayList<>();

    Model(Scenario scenario, Mutant mutant, Set<Invariant> watched) {
        this.scenario = scenario;
        layout = new Layout(scenario, mutant, watched);
        participant = new Participant(scenario, mutant, layout);
        home = new Home(scenario, mutant, layout, participant);
        reader = new Reader(scenario, mutant, layout);
        judge = new Judge(scenario, layout, watched, this);
        for (int t = 0; t < scenario.transactions().size(); t++) {
            if (scenario.transaction(t).isSingle()) {
                addCommand(t, scenario.transaction(t).home());
            } else {
                addTransaction(t);
            }
        }
        for (int p = 0; p < scenario.partitions(); p++) {
            addTime(p);
        }
        if (!scenario.reads().isEmpty()) {
            addReads();
        }
    }

    List<Step> steps() {
        return steps;
    }

    /** The invariant that does not hold in a state, or null. */
    @Nullable
    Invariant brokenIn(long s) {
        return judge.brokenIn(s);
    }

    /** What recovery does about a transaction: it proposes an abort to home, and resolves as home has decided. */
    long recover(long s, int t) {
        long next = home.decideAbort(s, t);
        boolean isCommit = layout.part(next, t, scenario.transaction(t).home()) == Layout.COMMITTED;
        for (int p = 0; p < scenario.partitions(); p++) {
            if (isOther(t, p)) {
                next = participant.resolve(next, t, p, isCommit);
            }
        }
        return next;
    }

    private void addTransaction(int t) {
        String name = "T" + (t + 1);
        for (int p = 0; p < scenario.partitions(); p++) {
            if (scenario.transaction(t).touches(p)) {
                addPart(name, t, p);
            }
        }
        int at = scenario.transaction(t).home();
        add(name + " decide COMMIT", s -> home.decideCommit(s, t));
        add(name + " decide ABORT", s -> home.decideAbort(s, t), s -> decided(s, t, at));
        add(name + " forget", s -> home.forget(s, t));
        if (scenario.isInSmallSteps()) {
            add(name + " client told COMMIT", s -> home.hearCommitted(s, t));
            add(name + " client told ABORT", s -> home.hearAborted(s, t));
        }
    }

    private void addPart(String name, int t, int p) {
        String of = name + " %s " + Scenario.partitionName(p);
        add(of.formatted("prepare"), s -> participant.prepare(s, t, p), s -> vote(s, t, p));
        if (isOther(t, p)) {
            add(of.formatted("resolve COMMIT"), s -> participant.resolve(s, t, p, true));
            add(of.formatted("aborted alone by"), s -> participant.abortAlone(s, t, p));
            add(of.formatted("resolve ABORT"), s -> participant.resolve(s, t, p, false));
            if (scenario.isInSmallSteps()) {
                add(of.formatted("driver told of YES of"), s -> participant.hearYes(s, t, p));
            }
        }
        add(of.formatted("dropped by"), s -> participant.drop(s, t, p));
    }

    private void addCommand(int t, int p) {
        String of = "T" + (t + 1) + " %s " + Scenario.partitionName(p);
        add(of.formatted("executed by"), s -> participant.execute(s, t, p), s -> vote(s, t, p));
        add(of.formatted("dropped by"), s -> participant.drop(s, t, p));
    }

    private void addTime(int p) {
        add("log time passes in " + Scenario.partitionName(p), s -> laterAt(s, p));
    }

    private void addReads() {
        add("read: snapshot", reader::takeSnapshot, this::phase);
        for (int i = 0; i < scenario.transactions().size(); i++) {
            int t = i;
            add("read: home of T%d asked".formatted(t + 1), s -> reader.askHome(s, t), this::phase);
            add("read: decision on T%d known".formatted(t + 1), s -> reader.useCache(s, t), this::phase);
            add("read: looks for T%d again".formatted(t + 1), s -> reader.lookAgain(s, t), this::phase);
        }
        if (scenario.isInSmallSteps()) {
            add("read: begin", reader::begin);
            add("read: end", reader::end, this::phase);
        }
    }

    private void add(String text, LongUnaryOperator effect) {
        add(text, effect, s -> "");
    }

    private void add(String text, LongUnaryOperator effect, LongFunction<String> result) {
        steps.add(new Step(text, effect, result));
    }

    private long laterAt(long s, int p) {
        int time = layout.time(s, p);
        return time > scenario.sessionEnd() ? s : layout.withTime(s, p, time + 1);
    }

    private boolean isOther(int t, int p) {
        return scenario.transaction(t).touches(p) && scenario.transaction(t).home() != p;
    }

    private String vote(long s, int t, int p) {
        return switch (layout.part(s, t, p)) {
            case Layout.NO -> ": NO";
            case Layout.COMMITTED -> ": done";
            case Layout.NOTHING, Layout.ABORTED -> ": refused";
            default -> ": YES";
        };
    }

    private String decided(long s, int t, int at) {
        boolean isStored = layout.part(s, t, at) == Layout.ABORTED;
        boolean isOfSession = layout.time(s, at) <= scenario.sessionEnd();
        if (isStored || !layout.is(s, Flag.FORGOTTEN_SAID, t)) {
            return "";
        }
        return isOfSession ? ": NEVER" : ": FORGOTTEN_OR_NEVER";
    }

    private String phase(long s) {
        return switch (layout.phase.of(s)) {
            case Reader.AGAIN -> ": again";
            case Reader.ASKING -> layout.withoutRecord.of(s) == 0 ? ": locked" : ": no record";
            case Reader.ANSWERED -> ": answered";
            default -> layout.readsEnded.of(s) == 0 ? "" : ": sees " + layout.seen(s, layout.readsEnded.of(s) - 1);
        };
    }
}
