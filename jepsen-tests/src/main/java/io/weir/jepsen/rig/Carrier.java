package io.weir.jepsen.rig;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** One direction of a {@link Connection}: one thread takes bytes, another hands them on when the link lets them arrive. */
final class Carrier {
    private static final int PIECE_BYTES = 64 << 10;

    /** As much as buffers along the way would hold. */
    private static final int MAX_UNDER_WAY_BYTES = 4 << 20;

    private final Connection connection;
    private final Socket from;
    private final Socket to;
    private final Link link;
    private final String name;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int underWayBytes;
    private boolean isOver;

    /** No bytes: the sender has ended its half. */
    private record Piece(byte[] bytes, long dueNanos) {}

    Carrier(Connection connection, Socket from, Socket to, Link link, String name) {
        this.connection = connection;
        this.from = from;
        this.to = to;
        this.link = link;
        this.name = name;
    }

    void start() {
        thread(this::take, " in");
        thread(this::hand, " out");
    }

    private void thread(Runnable work, String suffix) {
        Thread thread = new Thread(work, "proxy " + name + suffix);
        thread.setDaemon(true);
        thread.start();
    }

    private void take() {
        byte[] buffer = new byte[PIECE_BYTES];
        try {
            InputStream in = from.getInputStream();
            int read = in.read(buffer);
            while (read >= 0) {
                put(new Piece(Arrays.copyOf(buffer, read), link.dueNanos(read)));
                read = in.read(buffer);
            }
            put(new Piece(new byte[0], link.dueNanos(0)));
        } catch (IOException e) {
            connection.reset(); // as it was here: the other side shall see it too
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.reset();
        }
    }

    private synchronized void put(Piece piece) throws InterruptedException {
        while (underWayBytes > MAX_UNDER_WAY_BYTES && !isOver) {
            wait();
        }
        pieces.add(piece);
        underWayBytes += piece.bytes.length;
        notifyAll();
    }

    private synchronized Piece next() throws InterruptedException {
        while (pieces.isEmpty() && connection.isOpen()) {
            wait(TimeUnit.SECONDS.toMillis(1));
        }
        Piece piece = pieces.isEmpty() ? new Piece(new byte[0], System.nanoTime()) : pieces.remove();
        underWayBytes -= piece.bytes.length;
        notifyAll();
        return piece;
    }

    private void hand() {
        try {
            OutputStream out = to.getOutputStream();
            Piece piece = next();
            while (piece.bytes.length > 0) {
                TimeUnit.NANOSECONDS.sleep(piece.dueNanos - System.nanoTime());
                TimeUnit.NANOSECONDS.sleep(link.transferNanos(piece.bytes.length));
                link.awaitPassage(connection);
                out.write(piece.bytes);
                piece = next();
            }
            link.awaitPassage(connection);
            to.shutdownOutput();
            connection.ended();
        } catch (IOException e) {
            connection.reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connection.reset();
        } finally {
            stop();
        }
    }

    private synchronized void stop() {
        isOver = true;
        notifyAll();
    }
}
