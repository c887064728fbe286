package io.weir.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;

/** Short forms for tests. */
final class Calls {
    private Calls() {}

    static CompletableFuture<AppendResult> append(RoutedEventStore store, String stream, String text) {
        return append(store, stream, text, CallOptions.DEFAULT);
    }

    static CompletableFuture<AppendResult> append(
            RoutedEventStore store, String stream, String text, CallOptions options) {
        return store.append(stream, Expected.any(), List.of(event(text)), options);
    }

    /** The same text gives the same event, id and all, so that it can be sent again. */
    static NewEvent event(String text) {
        byte[] payload = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new NewEvent(
                java.util.UUID.nameUUIDFromBytes(payload), "t", "text/plain", java.util.Map.of(), List.of(), payload);
    }

    static List<String> texts(RoutedEventStore store, String stream) {
        return StreamSupport.stream(store.read(ReadRequest.stream(stream)).spliterator(), false)
                .map(RecordedEvent::text)
                .toList();
    }

    /** The failure that a future ends with inside ten seconds: itself, not wrapped. */
    static <E extends EventStoreException> E failure(CompletableFuture<?> future, Class<E> kind) {
        try {
            throw new AssertionError("no failure but " + future.get(15, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (!kind.isInstance(cause)) {
                throw new AssertionError("not " + kind.getSimpleName(), e);
            }
            return kind.cast(cause);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("the call hangs", e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
