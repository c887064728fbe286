package io.weir.consensus.guard;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.CRC32C;

/** Writes a group's files as Ratis does; that it does so is compared with Ratis' own in {@link LogGuardIT}. */
final class TestLog {
    static final Set<String> MEMBERS = Set.of("n1", "n2", "n3");
    static final long TERM = 3;

    final Path group;
    final Path current;
    final LogGuard guard;

    TestLog(Path directory) {
        group = directory.resolve("raft").resolve("group");
        current = group.resolve("current");
        guard = new LogGuard(group, directory.resolve("raft-guard").resolve("group"));
        try {
            Files.createDirectories(current);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Three closed segments and an open one with space behind it: entries 0 to 39, and the first is a configuration. */
    static TestLog usual(Path directory) throws IOException {
        TestLog log = new TestLog(directory);
        log.closed(0, 9);
        log.closed(10, 19);
        log.closed(20, 29);
        log.open(30, 39, 500);
        log.vote(TERM, "n2");
        Files.write(log.current.resolve(ConfigurationFile.NAME), entry(1, 0, 100));
        log.note(39);
        return log;
    }

    Path closed(long first, long last) throws IOException {
        return Files.write(current.resolve("log_" + first + "-" + last), segment(first, last, 0));
    }

    Path open(long first, long last, int zeros) throws IOException {
        return Files.write(current.resolve("log_inprogress_" + first), segment(first, last, zeros));
    }

    void vote(long term, String votedFor) throws IOException {
        Files.writeString(
                current.resolve(VoteFile.NAME),
                "#\n#Sat Nov 21 18:00:00 UTC 2026\nterm=" + term + "\nvotedFor=" + votedFor + "\n");
    }

    /** Lets the note follow the files that are there. */
    void note(long flushed) throws IOException {
        try (WatermarkKeeper keeper = guard.keep()) {
            keeper.follow(flushed);
        }
    }

    Verdict check(StoreMark store) {
        return guard.check(store, MEMBERS);
    }

    Path file(String name) {
        return current.resolve(name);
    }

    static byte[] segment(long first, long last, int zeros) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("RaftLog1".getBytes(StandardCharsets.US_ASCII));
        for (long index = first; index <= last; index++) {
            bytes.writeBytes(record(entry(termOf(index), index, length(index))));
        }
        bytes.writeBytes(new byte[zeros]);
        return bytes.toByteArray();
    }

    /** One term for each twenty entries, beginning with 1. */
    static long termOf(long index) {
        return 1 + index / 20;
    }

    private static int length(long index) {
        return (int) (index * 7919 % 300) + 20;
    }

    static byte[] record(byte[] entry) {
        return encode(
                out -> {
                    out.writeByteArrayNoTag(entry);
                    out.flush();
                },
                true);
    }

    /** The first of twenty is a configuration. */
    static byte[] entry(long term, long index, int length) {
        return index % 20 == 0 ? entry(term, index, 4, 100) : command(term, index, length);
    }

    static byte[] command(long term, long index, int length) {
        return entry(term, index, 3, length);
    }

    private static byte[] entry(long term, long index, int field, int length) {
        return encode(
                out -> {
                    out.writeUInt64(1, term);
                    out.writeUInt64(2, index);
                    out.writeByteArray(field, body(index, length));
                    out.flush();
                },
                false);
    }

    private static byte[] body(long index, int length) {
        return encode(
                out -> {
                    byte[] data = new byte[length];
                    new java.util.Random(index).nextBytes(data);
                    out.writeByteArray(1, data);
                    out.flush();
                },
                false);
    }

    private interface Encoding {
        void to(CodedOutputStream out) throws IOException;
    }

    private static byte[] encode(Encoding encoding, boolean isChecked) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            encoding.to(CodedOutputStream.newInstance(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (isChecked) {
            CRC32C crc = new CRC32C();
            crc.update(bytes.toByteArray());
            bytes.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        }
        return bytes.toByteArray();
    }
}
