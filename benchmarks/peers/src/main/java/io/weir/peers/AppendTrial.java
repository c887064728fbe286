package io.weir.peers;

import io.weir.benchmarks.Latencies;
import io.weir.benchmarks.Pipeline;
import io.weir.benchmarks.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Appends as fast as they are acknowledged. */
final class AppendTrial implements Trial {
    /** What needs no cluster has no compilers to wait for either, and fills a disk in the meantime. */
    private static final Duration SHORT_WARMUP = Duration.ofSeconds(2);

    private final Appender appender;
    private final Duration roundDuration;
    private final Pipeline pipeline;
    private long appends;
    private @Nullable Latencies latencies;

    AppendTrial(Appender appender, int inFlight, Duration roundDuration) {
        this.appender = appender;
        this.roundDuration = roundDuration;
        int atOnce = Math.max(1, inFlight / appender.eventsPerAppend());
        this.pipeline = new Pipeline(this::append, atOnce, Time.Real.INSTANCE);
    }

    private CompletableFuture<?> append() {
        appends++;
        Latencies ofRound = latencies;
        if (ofRound == null) {
            return appender.append();
        }
        long begun = System.nanoTime();
        CompletableFuture<?> done = appender.append();
        ofRound.record(System.nanoTime() - begun);
        return done;
    }

    @Override
    public void warmUp(Duration duration) throws InterruptedException {
        boolean isShort = appender.isSynchronous() && duration.compareTo(SHORT_WARMUP) > 0;
        pipeline.measureRate(Long.MAX_VALUE, (isShort ? SHORT_WARMUP : duration).toNanos());
    }

    @Override
    public Round round() throws InterruptedException {
        Latencies ofRound = appender.isSynchronous() ? new Latencies() : null;
        latencies = ofRound;
        appends = 0;
        double perSecond = pipeline.measureRate(Long.MAX_VALUE, roundDuration.toNanos());
        long events = appends * appender.eventsPerAppend();
        return new Round(events, perSecond * appender.eventsPerAppend(), ofRound);
    }

    @Override
    public void close() {
        appender.close();
    }
}
