package io.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Bytes from anywhere: a message or an InvalidProtocolBufferException, and memory in proportion to what was sent. */
class ParsingProperties {
    /** An empty part of a repeated field takes two bytes on the wire and an object with its place in a list here. */
    private static final long MAX_ALLOCATION_PER_BYTE = 256;

    private static final long MAX_ALLOCATION_BASE = 1 << 16;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final List<GoldenMessage> MESSAGES = messages();

    @Property(tries = 5_000)
    void anyBytes(@ForAll long seed) {
        Random random = new Random(seed);
        GoldenMessage golden = MESSAGES.get(random.nextInt(MESSAGES.size()));
        byte[] bytes = random.nextInt(4) == 0 ? noise(random) : damaged(random, golden.bytes());
        checkParsing(golden.type(), bytes, "seed " + seed);
    }

    /** Lengths that promise gigabytes which do not follow. */
    @Example
    void aLengthIsNotBelieved() {
        byte[] entry = {0x1a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        byte[] packed = {0x1a, 0x07, 0x0a, 0x05, 0x1a, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        for (GoldenMessage golden : MESSAGES) {
            checkParsing(golden.type(), entry, "a length of 2 GiB");
            checkParsing(golden.type(), packed, "a packed list of 16 Mi");
        }
    }

    /** Groups within groups: refused at a depth, not at the end of the stack. */
    @Example
    void nestingIsBounded() {
        byte[] groups = new byte[100_000];
        Arrays.fill(groups, (byte) (15 << 3 | 3));
        for (GoldenMessage golden : MESSAGES) {
            checkParsing(golden.type(), groups, "nested groups");
        }
    }

    /** Parses twice: the first time loads classes, which is paid for by other means than this message. */
    private static void checkParsing(Message type, byte[] bytes, String what) {
        parse(type, bytes);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        parse(type, bytes);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated)
                .as(
                        "%s: %d bytes as %s",
                        what, bytes.length, type.getDescriptorForType().getName())
                .isLessThan(MAX_ALLOCATION_BASE + MAX_ALLOCATION_PER_BYTE * bytes.length);
    }

    private static void parse(Message type, byte[] bytes) {
        try {
            type.getParserForType().parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] damaged(Random random, byte[] good) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }

    private static List<GoldenMessage> messages() {
        try {
            return GoldenMessage.all();
        } catch (IOException e) {
            throw new AssertionError("the golden files are there", e);
        }
    }
}
