package io.weir.benchmarks.costs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** Stands on loopback between clients and a port, and counts the bytes that pass, of whatever protocol. */
final class Relay implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final LongAdder toServer = new LongAdder();
    private final LongAdder toClients = new LongAdder();

    Relay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("relay-accept", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    long bytesToServer() {
        return toServer.sum();
    }

    long bytesToClients() {
        return toClients.sum();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            sockets.add(client);
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            start("relay-to-server", () -> pump(client, server, toServer));
            start("relay-to-client", () -> pump(server, client, toClients));
        }
    }

    private static void pump(Socket from, Socket to, LongAdder count) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 << 10];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                count.add(read); // before it is passed on: who has seen the bytes can see them counted
                out.write(buffer, 0, read);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // A side has closed, or the relay: whoever waits for the bytes will say so.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
