package io.weir.jepsen.simulator;

import com.google.protobuf.ByteString;
import io.weir.logstore.ReadView;
import io.weir.logstore.StreamKey;
import io.weir.protocol.Event;
import io.weir.protocol.StreamName;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;

/** The numbered streams of a run, spread evenly over its partitions, and the numbered values that are appended to them. */
final class Streams {
    private static final int ID_BYTES = 16;
    /** Behind the tag and the length of the id. */
    private static final int VALUE_OFFSET = 2;

    private final int partitions;
    private final List<ByteString> names = new ArrayList<>();
    private final List<StreamKey> keys = new ArrayList<>();
    private final Map<StreamKey, Integer> numbers = new HashMap<>();

    Streams(int count, int partitions) {
        this.partitions = partitions;
        for (int stream = 0; stream < count; stream++) {
            StreamName name = pick(stream);
            names.add(name.utf8());
            keys.add(new StreamKey(name.slot(), name.utf8().toByteArray()));
            numbers.put(keys.get(stream), stream);
        }
    }

    /** A name that falls into the partition which is the stream's turn. */
    private StreamName pick(int stream) {
        for (int i = 0; ; i++) {
            StreamName name = StreamName.of("s" + stream + "." + i);
            if (partitionOfSlot(name.slot()) == stream % partitions) {
                return name;
            }
        }
    }

    int partitionOfSlot(int slot) {
        return slot % partitions;
    }

    int count() {
        return names.size();
    }

    int partition(int stream) {
        return stream % partitions;
    }

    ByteString nameOf(int stream) {
        return names.get(stream);
    }

    StreamKey key(int stream) {
        return keys.get(stream);
    }

    int number(StreamKey key) {
        return Objects.requireNonNull(numbers.get(key), "a stream that nobody has named");
    }

    int number(ByteString name) {
        return names.indexOf(name);
    }

    /** The streams of a partition. */
    int[] of(int partition) {
        IntArrayList all = new IntArrayList();
        for (int stream = partition; stream < names.size(); stream += partitions) {
            all.add(stream);
        }
        return all.toIntArray();
    }

    /** An encoded event that holds a value. */
    static ByteString event(int value) {
        byte[] id = new byte[ID_BYTES];
        id[0] = (byte) (value >>> 24);
        id[1] = (byte) (value >>> 16);
        id[2] = (byte) (value >>> 8);
        id[3] = (byte) value;
        return Event.newBuilder().setId(ByteString.copyFrom(id)).build().toByteString();
    }

    static int value(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + VALUE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    static int value(ByteString event) {
        return event.asReadOnlyByteBuffer().getInt(VALUE_OFFSET);
    }

    /** All that a stream holds. */
    int[] read(ReadView view, int stream) {
        IntArrayList values = new IntArrayList();
        view.readStream(keys.get(stream), 0, true, (header, buffer, offset, length) -> {
            values.addInt(value(buffer, offset));
            return true;
        });
        return values.toIntArray();
    }

    @Override
    public String toString() {
        List<String> text = new ArrayList<>();
        names.forEach(name -> text.add(name.toString(StandardCharsets.UTF_8)));
        return String.join(" ", text);
    }
}
