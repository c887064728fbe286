package io.weir.jepsen;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.client.AppendResult;
import io.weir.client.EventStoreException;
import io.weir.client.RequestId;
import io.weir.client.VectorPosition;
import io.weir.jepsen.NumberedAppends.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The judge of the fault tests, before histories that are right and histories that are not. */
class NumberedAppendsTest {
    private final List<Call> calls = new ArrayList<>();

    /** Acknowledged: 0, 1, 3 and 6. Unknown: 2. Refused: 4. Of another stream: 5. */
    @BeforeEach
    void makeCalls() {
        acknowledged(0, 0);
        acknowledged(1, 1);
        failed(2, new EventStoreException.OutcomeUnknown(new RequestId(1, 1, 1, 0, 0), "no answer", null));
        acknowledged(3, 2);
        failed(4, new EventStoreException.Unavailable("nobody", null));
        calls.add(new Call(5, "other"));
        acknowledged(6, 3);
    }

    @Test
    void whatWasAcknowledgedIsRight() {
        passes("0", "1", "3", "6");
    }

    @Test
    void whatIsUnknownMayBeThereAtTheEndOfWhatWasPromised() {
        calls.remove(6);
        calls.remove(3);
        passes("0", "1");
        passes("0", "1", "2");
    }

    @Test
    void aLostAcknowledgementIsFound() {
        fails("0", "1", "3");
        fails("0", "1", "6");
        fails();
    }

    @Test
    void aDuplicateIsFound() {
        fails("0", "1", "3", "6", "6");
        fails("0", "0", "1", "3", "6");
    }

    @Test
    void aReorderingIsFound() {
        fails("0", "3", "1", "6");
    }

    @Test
    void aRevisionThatWasNotPromisedIsFound() {
        fails("0", "1", "2", "3", "6");
    }

    @Test
    void whatWasRefusedNeverSentOrOfAnotherStreamIsFound() {
        calls.remove(6);
        passes("0", "1", "3");
        fails("0", "1", "3", "4");
        fails("0", "1", "3", "5");
        fails("0", "1", "3", "7");
    }

    private void passes(String... payloads) {
        assertThatCode(() -> NumberedAppends.check(calls, "stream", List.of(payloads)))
                .doesNotThrowAnyException();
    }

    private void fails(String... payloads) {
        assertThatThrownBy(() -> NumberedAppends.check(calls, "stream", List.of(payloads)))
                .isInstanceOf(AssertionError.class);
    }

    private void acknowledged(int number, long revision) {
        Call call = new Call(number, "stream");
        call.appended = new AppendResult.Appended(revision, revision, VectorPosition.START);
        calls.add(call);
    }

    private void failed(int number, Throwable failure) {
        Call call = new Call(number, "stream");
        call.failure = failure;
        calls.add(call);
    }
}
