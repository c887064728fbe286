package io.weir.logstore.layout;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.Run;
import io.weir.logstore.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Decoding any bytes gives a value or a typed refusal, never another exception, whether the checksum fits or not. */
class LayoutProperties {
    /** Reads a row in one way. */
    @FunctionalInterface
    private interface Decoder {
        Object decode(Checksum checksum, DirectBuffer key, DirectBuffer value);
    }

    private record Layout(Table table, Decoder decoder) {}

    private static final List<Layout> LAYOUTS = List.of(
            new Layout(Table.META, MetaLayout::identity),
            new Layout(Table.META, MetaLayout::state),
            new Layout(Table.META, DigestsLayout::tables),
            new Layout(Table.META, DigestsLayout::mark),
            new Layout(Table.EVENTS, LayoutProperties::event),
            new Layout(Table.RUNS, (checksum, key, value) -> runs(Table.RUNS, checksum, key, value)),
            new Layout(Table.HEADS, (checksum, key, value) -> runs(Table.HEADS, checksum, key, value)),
            new Layout(Table.STREAMS, StreamsLayout::streamId),
            new Layout(Table.STREAMS, (checksum, key, value) -> StreamsLayout.stream(key)),
            new Layout(Table.NAMES, StreamsLayout::name),
            new Layout(Table.SESSIONS, SessionsLayout::session),
            new Layout(Table.ANSWERS, SessionsLayout::answer),
            new Layout(Table.EXPIRY, SessionsLayout::expiry),
            new Layout(
                    Table.TRANSACTIONS,
                    (checksum, key, value) -> TransactionsLayout.get(checksum, Table.TRANSACTIONS, key, value)),
            new Layout(Table.STAGED, (checksum, key, value) -> TransactionsLayout.id(Table.STAGED, key)),
            new Layout(Table.LOCKS, TransactionsLayout::lock));

    private static final int[] LENGTHS = {0, 1, 3, 4, 5, 6, 8, 12, 13, 16, 18, 24, 28, 32, 40, 64, 120, 300};

    private final Checksum checksum = new Checksum();

    private static Object event(Checksum checksum, DirectBuffer key, DirectBuffer value) {
        EventsLayout.verify(checksum, key, value);
        long sum = EventsLayout.firstPosition(key) + EventsLayout.stampMs(value);
        for (int i = 0; i < EventsLayout.count(value); i++) {
            sum += EventsLayout.streamId(value, i) + EventsLayout.revision(value, i);
            for (int at = 0; at < EventsLayout.length(value, i); at++) {
                sum += value.getByte(EventsLayout.offset(value, i) + at);
            }
        }
        return sum;
    }

    private static Object runs(Table table, Checksum checksum, DirectBuffer key, DirectBuffer value) {
        RunBlock block = new RunBlock();
        RunsLayout.get(checksum, table, key, value, block);
        long sum = block.lastPosition();
        for (Run run = block.first(); run != null; run = block.after(run)) {
            assertThat(block.runOf(run.lastRevision())).isEqualTo(run);
            sum += run.firstPosition();
        }
        return sum;
    }

    /** Random bytes with many zeros, so that versions, flags and high halves of numbers are often in range. */
    private static UnsafeBuffer bytes(Random random) {
        byte[] bytes = new byte[LENGTHS[random.nextInt(LENGTHS.length)]];
        random.nextBytes(bytes);
        int zeros = random.nextInt(4);
        for (int i = 0; i < bytes.length; i++) {
            if (random.nextInt(4) < zeros) {
                bytes[i] = (byte) random.nextInt(2);
            }
        }
        return new UnsafeBuffer(bytes);
    }

    @Property(tries = 2_000)
    void anyBytesGiveAValueOrARefusal(@ForAll long seed) {
        Random random = new Random(seed);
        for (Layout layout : LAYOUTS) {
            UnsafeBuffer key = bytes(random);
            UnsafeBuffer value = bytes(random);
            boolean sealed = value.capacity() >= Checksum.END_OFFSET && random.nextInt(4) != 0;
            if (sealed) {
                seal(layout.table, key, value);
            }
            decode(layout, key, value);
        }
    }

    /** As the table does: the row of events says how long its head is. */
    private void seal(Table table, UnsafeBuffer key, UnsafeBuffer value) {
        boolean hasHead = table == Table.EVENTS && value.capacity() >= 16;
        int head = hasHead ? 16 + 24 * EventsLayout.count(value) : value.capacity();
        checksum.sealHead(table, key, value, Math.min(head, value.capacity()));
    }

    /** Whether a value came out. */
    private boolean decode(Layout layout, UnsafeBuffer key, UnsafeBuffer value) {
        try {
            assertThat(layout.decoder.decode(checksum, key, value)).isNotNull();
            return true;
        } catch (StoreException.Corrupted e) {
            assertThat(e).hasMessageContaining("table " + layout.table.tableName() + ", key ");
            return false;
        } catch (StoreException.Incompatible e) {
            assertThat(layout.table).isEqualTo(Table.META);
            return false;
        }
    }

    @Property(tries = 500)
    void noFlippedBitPasses(@ForAll long seed) {
        Random random = new Random(seed);
        Table table = LAYOUTS.get(random.nextInt(LAYOUTS.size())).table;
        UnsafeBuffer key = new UnsafeBuffer(new byte[1 + random.nextInt(40)]);
        UnsafeBuffer value = new UnsafeBuffer(new byte[Checksum.END_OFFSET + random.nextInt(9_000)]);
        random.nextBytes(key.byteArray());
        random.nextBytes(value.byteArray());
        checksum.seal(table, key, value);
        checksum.verify(table, key, value, 0);
        UnsafeBuffer victim = random.nextInt(4) == 0 ? key : value;
        int at = random.nextInt(victim.capacity());
        victim.putByte(at, (byte) (victim.getByte(at) ^ (1 << random.nextInt(8))));
        assertThat(refused(table, key, value)).isTrue();
    }

    private boolean refused(Table table, UnsafeBuffer key, UnsafeBuffer value) {
        try {
            checksum.verify(table, key, value, 0);
            return false;
        } catch (StoreException.Corrupted e) {
            return true;
        }
    }

    /** LMDB compares bytes; the order of keys must be that of the numbers and names in them. */
    @Property(tries = 1_000)
    void keysOrderAsTheirContents(@ForAll long seed) {
        Random random = new Random(seed);
        long left = random.nextLong() >> random.nextInt(64);
        long right = random.nextLong() >> random.nextInt(64);
        assertThat(Integer.signum(Arrays.compareUnsigned(position(left), position(right))))
                .isEqualTo(Integer.signum(Long.compareUnsigned(left, right)));
        assertThat(new UnsafeBuffer(position(left)).getLong(0, BIG_ENDIAN)).isEqualTo(left);
    }

    private static byte[] position(long position) {
        UnsafeBuffer key = EventsLayout.key(new Scratch(), position);
        byte[] bytes = new byte[key.capacity()];
        key.getBytes(0, bytes);
        return bytes;
    }
}
