package io.weir.jepsen.rig;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;

/** One connection through a {@link Proxy}: two sockets, and what is on its way between them in both directions. */
final class Connection {
    private final Socket from;
    private final Socket to;
    private final Link forth;
    private final Link back;
    private volatile boolean isOpen = true;
    private int halves = 2;

    /**
     * Carries nothing yet.
     *
     * @param from of the one that has opened it
     * @param to of the one that it is for
     */
    Connection(Socket from, Socket to, Link forth, Link back) {
        this.from = from;
        this.to = to;
        this.forth = forth;
        this.back = back;
    }

    /** Whether both links let it begin, at once or when they are not blocked any more. */
    boolean awaitAdmission() throws InterruptedException {
        if (!forth.take(this) || !back.take(this)) {
            return false;
        }
        forth.awaitPassage(this);
        back.awaitPassage(this);
        return isOpen;
    }

    /** Begins to carry. */
    void begin(String name) {
        new Carrier(this, from, to, forth, name + " forth").start();
        new Carrier(this, to, from, back, name + " back").start();
    }

    boolean isOpen() {
        return isOpen;
    }

    /** One direction has come to its end: when both have, it is closed. */
    synchronized void ended() {
        halves--;
        if (halves == 0) {
            end();
        }
    }

    /** Ends it as a machine does that knows nothing of it. Idempotent. */
    void reset() {
        abandon(from);
        abandon(to);
        end();
    }

    private void end() {
        isOpen = false;
        close(from);
        close(to);
        forth.leave(this);
        back.leave(this);
        forth.ended();
        back.ended();
    }

    private static void abandon(Socket socket) {
        try {
            socket.setSoLinger(true, 0); // close then resets
        } catch (SocketException e) {
            // it is closed already
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError("a socket that cannot be closed", e);
        }
    }
}
