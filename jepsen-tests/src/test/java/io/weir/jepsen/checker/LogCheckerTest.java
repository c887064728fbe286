package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.HistoryRecorder;
import io.weir.jepsen.history.Poll;
import io.weir.jepsen.history.Poll.Event;
import io.weir.jepsen.history.Poll.Source;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a verdict on subscriptions says. */
class LogCheckerTest {
    private final HistoryRecorder recorder = new HistoryRecorder(() -> 0);
    private final HistoryRecorder.Client writer = recorder.newClient();
    private final HistoryRecorder.Client reader = recorder.newClient();

    /** A gap where catching up ends, or where a connection was lost. */
    @Test
    void aSkippedEventIsAnArgument() {
        add(5);
        poll(0, false, 0, 1);
        poll(2, true, 3, 4);
        assertThat(check().report()).isEqualTo("""
                        lost: line 5 acknowledged 2 in stream 1, and subscriber 7 of partition 3 ended in line 13 without it; no other subscriber was given it
                            {:index 5 :time 0 :type :ok :process 0 :f :add :value [1 2] :revision 2}
                            {:index 13 :time 0 :type :ok :process 1 :f :poll :value {:subscriber 7 :partition 3 :from 2 :events [[1 3 3 3] [1 4 4 4]]} :final true}
                        skipped: subscriber 7 of partition 3 was given 3 in stream 1, place 3 of partition 3, in line 13, and place 2 had not come
                            {:index 13 :time 0 :type :ok :process 1 :f :poll :value {:subscriber 7 :partition 3 :from 2 :events [[1 3 3 3] [1 4 4 4]]} :final true}\
                        """);
    }

    @Test
    void whoResumesAnewBehindTheLastEventMissesNothing() {
        add(5);
        poll(0, false, 0, 1);
        reader.invoke(poll(2), null);
        reader.info("connection lost");
        poll(2, true, 2, 3, 4);
        assertThat(check().isValid()).as(check().report()).isTrue();
    }

    @Test
    void whoAsksForAnEarlierPlaceGetsItAgain() {
        add(3);
        poll(0, false, 0, 1, 2);
        poll(1, true, 1, 2);
        assertThat(check().isValid()).as(check().report()).isTrue();
    }

    /** What a subscriber does not ask for it cannot miss; but then nobody looks. */
    @Test
    void whoLeavesSomethingOutByItselfProvesNothing() {
        add(4);
        poll(0, false, 0);
        poll(3, true, 3);
        assertThat(check().doubts())
                .containsExactly(
                        "subscriber 7 of partition 3 asked for place 3 in line 11, and place 1 was due; what is"
                                + " between is not looked at");
    }

    @Test
    void eventsComeBehindLaterOnes() {
        add(4);
        poll(0, true, 0, 2, 1, 3);
        assertThat(check().kinds())
                .as("2 came too early, 1 too late, and 3 in its place")
                .containsExactly(AnomalyKind.SKIPPED, AnomalyKind.REORDERED);
    }

    @Test
    void withoutAFinalPollNothingIsProved() {
        add(1);
        poll(0, false, 0);
        assertThat(check().report()).isEqualTo("unknown: no final poll: what no subscriber was given is not looked at");
    }

    private void add(int count) {
        for (int value = 0; value < count; value++) {
            writer.invoke(new Addition(1, value), null);
            writer.ok(new Addition(1, value).at(value));
        }
    }

    private static Poll poll(int from) {
        return new Poll(7, Source.partition(3), from);
    }

    private void poll(int from, boolean isFinal, int... values) {
        Poll poll = isFinal ? poll(from).atTheEnd() : poll(from);
        reader.invoke(poll, null);
        List<Event> events = IntStream.of(values)
                .mapToObj(value -> new Event(1, value, value, value))
                .toList();
        reader.ok(poll.saw(events));
    }

    private Verdict check() {
        return LogChecker.check(recorder.history());
    }
}
