package io.weir.consensus.partition;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.weir.logstore.EventHeader;
import io.weir.logstore.ReadView;
import io.weir.logstore.StreamHead;
import io.weir.logstore.StreamKey;
import io.weir.protocol.Direction;
import io.weir.protocol.GetStream;
import io.weir.protocol.Limits;
import io.weir.protocol.ListStreams;
import io.weir.protocol.Page;
import io.weir.protocol.ReadPage;
import io.weir.protocol.RecordedEvent;
import io.weir.protocol.StreamInfo;
import io.weir.protocol.StreamList;
import io.weir.protocol.StreamName;
import io.weir.protocol.StreamState;
import io.weir.statemachine.StreamKeys;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Turns a snapshot of the store into the answer to one query; bounded in events and bytes. Stateless but for its bounds. */
final class PageReader {
    /** A page is never larger, whatever was asked for, unless its only event is. */
    static final int MAX_PAGE_BYTES = 2 << 20;

    static final int MAX_PAGE_EVENTS = 16_384;
    static final int MAX_LISTED_STREAMS = 4_096;

    /** What an event costs beside its bytes and its stream's name. */
    private static final int EVENT_OVERHEAD_BYTES = 40;

    /** One list looks at no more than this: some dozens of milliseconds, however few names begin with the prefix. */
    static final int MAX_LOOKED_STREAMS = 16_384;

    private static final int STREAMS_BETWEEN_CHECKS = 64;

    private final int partition;

    PageReader(int partition) {
        this.partition = partition;
    }

    Page page(ReadView view, ReadPage query, @Nullable StreamName stream) {
        Collector collector = new Collector(query);
        boolean forwards = query.getDirection() == Direction.FORWARDS;
        Page.Builder page = Page.newBuilder().setNextPosition(view.state().nextPosition());
        if (stream == null) {
            view.readPartition(query.getFrom(), forwards, collector::take);
        } else {
            StreamKey key = StreamKeys.key(stream);
            page.setState(state(view.head(key)));
            view.readStream(key, query.getFrom(), forwards, collector::take);
        }
        return page.addAllEvents(collector.events.getEventsList())
                .setAtEnd(!collector.more)
                .build();
    }

    StreamInfo info(ReadView view, GetStream query) {
        StreamName name = name(query.getStream());
        return info(view, StreamKeys.key(name), view.head(StreamKeys.key(name)));
    }

    /**
     * Lists streams from behind {@code after}. Looks at a bounded number of them, of which few or none may begin with the
     * prefix: a list that is not the last, even an empty one, says where to go on. It looks at one stream at least.
     *
     * @param untilNanos when to stop, of {@link System#nanoTime()}
     */
    StreamList list(ReadView view, ListStreams query, long untilNanos) {
        Lister lister = new Lister(view, query, untilNanos);
        StreamKey after = query.getAfter().isEmpty() ? null : StreamKeys.key(name(query.getAfter()));
        view.listStreams(after, lister::take);
        return lister.list();
    }

    static StreamName name(ByteString utf8) {
        try {
            return StreamName.of(utf8);
        } catch (io.weir.protocol.InvalidNameException e) {
            throw Failures.invalid(String.valueOf(e.getMessage()));
        }
    }

    private StreamInfo info(ReadView view, StreamKey key, @Nullable StreamHead head) {
        StreamInfo.Builder info = StreamInfo.newBuilder()
                .setStream(ByteString.copyFrom(key.name()))
                .setSlot(key.slot())
                .setPartition(partition)
                .setState(state(head));
        if (head != null) {
            info.setLastPosition(head.lastPosition()).setLastStampMs(view.lastStampMs(head));
        }
        return info.build();
    }

    private static StreamState state(@Nullable StreamHead head) {
        return head == null
                ? StreamState.getDefaultInstance()
                : StreamState.newBuilder()
                        .setExists(true)
                        .setRevision(head.lastRevision())
                        .build();
    }

    private static boolean startsWith(byte[] name, byte[] prefix) {
        return name.length >= prefix.length
                && java.util.Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static int clamp(int asked, int max) {
        return asked <= 0 ? max : Math.min(asked, max); // a negative is an unsigned above two billion
    }

    /** Takes streams until the list is full, or enough of them have been looked at. */
    private final class Lister {
        private final ReadView view;
        private final byte[] prefix;
        private final int max;
        private final long untilNanos;
        private final StreamList.Builder list = StreamList.newBuilder();
        private byte[] last = {};
        private int looked;
        private boolean more;

        Lister(ReadView view, ListStreams query, long untilNanos) {
            this.view = view;
            this.prefix = query.getPrefix().toByteArray();
            this.max = clamp(query.getMaxStreams(), MAX_LISTED_STREAMS);
            this.untilNanos = untilNanos;
        }

        boolean take(StreamKey key, StreamHead head) {
            if (list.getStreamsCount() == max || looked == MAX_LOOKED_STREAMS || isLate()) {
                more = true;
                return false;
            }
            looked++;
            last = key.name();
            if (startsWith(last, prefix)) {
                list.addStreams(info(view, key, head));
            }
            return true;
        }

        private boolean isLate() {
            return looked > 0 && looked % STREAMS_BETWEEN_CHECKS == 0 && untilNanos - System.nanoTime() <= 0;
        }

        StreamList list() {
            if (more) {
                list.setNextAfter(ByteString.copyFrom(last));
            }
            return list.setAtEnd(!more).build();
        }
    }

    /** Takes events until the page is full; one event more tells whether there is more. */
    private static final class Collector {
        private final Page.Builder events = Page.newBuilder();
        private final int maxEvents;
        private final int maxBytes;
        private long bytes;
        private boolean more;
        private @Nullable StreamKey lastKey;
        private ByteString lastName = ByteString.EMPTY;

        Collector(ReadPage query) {
            this.maxEvents = clamp(query.getMaxEvents(), MAX_PAGE_EVENTS);
            this.maxBytes = clamp(query.getMaxBytes(), MAX_PAGE_BYTES);
        }

        boolean take(EventHeader header, DirectBuffer buffer, int offset, int length) {
            int count = events.getEventsCount();
            long size = (long) length + header.stream().name().length + EVENT_OVERHEAD_BYTES;
            if (count >= maxEvents || (count > 0 && bytes + size > maxBytes)) {
                more = true;
                return false;
            }
            byte[] event = new byte[length];
            buffer.getBytes(offset, event);
            events.addEvents(RecordedEvent.newBuilder()
                    .setStream(nameOf(header.stream()))
                    .setRevision(header.revision())
                    .setPosition(header.position())
                    .setStampMs(header.stampMs())
                    .setEvent(UnsafeByteOperations.unsafeWrap(event)));
            bytes += size;
            return true;
        }

        private ByteString nameOf(StreamKey key) {
            if (lastKey == null || !key.equals(lastKey)) {
                lastKey = key;
                lastName = UnsafeByteOperations.unsafeWrap(key.name());
            }
            return lastName;
        }
    }

    static {
        if (MAX_PAGE_BYTES < Limits.MAX_EVENT_BYTES) {
            throw new AssertionError("a page should have room for one event of any size");
        }
    }
}
