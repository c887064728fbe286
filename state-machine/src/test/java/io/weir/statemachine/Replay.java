package io.weir.statemachine;

import io.weir.logstore.Expiry;
import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.SessionId;
import io.weir.logstore.TransactionKey;
import io.weir.logstore.WriteBatch;
import io.weir.protocol.Outcome;
import io.weir.statemachine.Histories.History;
import io.weir.statemachine.Histories.Step;
import io.weir.statemachine.PartitionStateMachine.Applied;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Applies histories to stores and tells what a store then holds. */
final class Replay {
    private static final Applied SKIPPED = new Applied(List.of(), List.of(), List.of(), List.of(), null, null);

    private Replay() {}

    /** Applies every step in a batch of its own; outcomes by step, none for one without commands. */
    static List<List<Outcome>> apply(History history, LogStore store) {
        return applied(history, store).stream().map(Applied::outcomes).toList();
    }

    /** Applies every step in a batch of its own; what became of each. */
    static List<Applied> applied(History history, LogStore store) {
        PartitionStateMachine machine = new PartitionStateMachine();
        List<Applied> outcomes = new ArrayList<>();
        for (Step step : history.steps()) {
            try (WriteBatch batch = store.beginWrite()) {
                outcomes.add(apply(machine, step, batch));
                batch.commit();
            }
        }
        return outcomes;
    }

    static Applied apply(PartitionStateMachine machine, Step step, WriteBatch batch) {
        if (step.entry() == null) {
            machine.skip(step.term(), step.index(), batch);
            return SKIPPED;
        }
        return machine.apply(step.term(), step.index(), step.entry(), batch);
    }

    /** All that the store holds, a line a row. */
    static List<String> content(LogStore store, History history) {
        List<String> lines = new ArrayList<>();
        lines.add(store.state().toString());
        try (ReadView view = store.openRead()) {
            view.listStreams(null, (key, head) -> lines.add(key + " " + head));
            view.readPartition(0, true, (header, buffer, offset, length) -> {
                byte[] event = new byte[length];
                buffer.getBytes(offset, event);
                return lines.add(header.stream() + " " + header.revision() + " " + header.position() + " "
                        + header.stampMs() + " " + HexFormat.of().formatHex(event));
            });
            for (SessionId session : history.sessions()) {
                lines.add(session + " " + view.session(session));
                for (long sequence = 1; sequence <= history.lastSequence(); sequence++) {
                    lines.add(sequence + " " + Arrays.toString(view.answer(session, sequence)));
                }
            }
            transactions(view, lines);
        }
        lines.addAll(expiries(store));
        return lines;
    }

    private static void transactions(ReadView view, List<String> lines) {
        for (TransactionKey key = view.nextTransaction(null); key != null; key = view.nextTransaction(key)) {
            lines.add(key + " " + Arrays.toString(view.transaction(key)));
        }
        for (TransactionKey key = view.nextStaged(null); key != null; key = view.nextStaged(key)) {
            lines.add("staged " + key + " " + Arrays.toString(view.staged(key)));
        }
        view.visitLocks(lock -> lines.add(lock.toString()));
    }

    private static List<String> expiries(LogStore store) {
        List<String> lines = new ArrayList<>();
        try (WriteBatch dropped = store.beginWrite()) {
            for (Expiry note = dropped.firstExpiry(); note != null; note = dropped.firstExpiry()) {
                lines.add(note.toString());
                dropped.removeExpiry(note);
            }
        }
        return lines;
    }
}
