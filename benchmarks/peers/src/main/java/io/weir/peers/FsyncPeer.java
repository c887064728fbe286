package io.weir.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One file that is appended to and forced to disk each time: what the disk allows a single log on a single machine. */
final class FsyncPeer implements Peer {
    /** Then comes a new file, and the old one goes, as in any log. */
    private static final long FILE_BYTES = 256L << 20;

    private final Setup setup;
    private final int eventsPerWrite;
    private @Nullable Path directory;

    FsyncPeer(Setup setup, int eventsPerWrite) {
        this.setup = setup;
        this.eventsPerWrite = eventsPerWrite;
    }

    @Override
    public String name() {
        return "fsync-" + eventsPerWrite;
    }

    @Override
    public String promise() {
        return "on one disk, no replica; one force for " + eventsPerWrite;
    }

    @Override
    public String versions() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.append);
    }

    @Override
    public void start(Path newDirectory) {
        directory = newDirectory;
    }

    @Override
    public Appender appender(Workload workload) {
        byte[] data = Setup.random(setup.eventBytes() * eventsPerWrite);
        return new Log(Objects.requireNonNull(directory, "not started"), data, eventsPerWrite);
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return List.of(ProcessHandle.current());
    }

    @Override
    public void close() {}

    /** A log of files, of which the last one is kept. */
    private static final class Log implements Appender {
        private final Path directory;
        private final ByteBuffer data;
        private final int eventsPerWrite;
        private int number;
        private Path file;
        private FileChannel channel;

        Log(Path directory, byte[] bytes, int eventsPerWrite) {
            this.directory = directory;
            this.data = ByteBuffer.allocateDirect(bytes.length).put(bytes);
            this.eventsPerWrite = eventsPerWrite;
            this.file = directory.resolve("0.log");
            this.channel = open(file);
        }

        private static FileChannel open(Path file) {
            try {
                return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public CompletableFuture<?> append() {
            try {
                if (channel.position() + data.capacity() > FILE_BYTES) {
                    channel.close();
                    Files.delete(file);
                    file = directory.resolve(++number + ".log");
                    channel = open(file);
                }
                data.clear();
                while (data.hasRemaining()) {
                    channel.write(data);
                }
                channel.force(false);
                return CompletableFuture.completedFuture(null);
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public int eventsPerAppend() {
            return eventsPerWrite;
        }

        @Override
        public boolean isSynchronous() {
            return true;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
