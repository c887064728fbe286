package io.weir.logstore.lmdb;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Read transactions between two uses. Beginning one costs native memory and a slot in LMDB's table, renewing one a few
 * loads. Any thread; how many are out is bounded by the gate, not here.
 */
final class ReaderPool {
    private final Environment environment;
    private final Deque<TableReader> idle = new ArrayDeque<>();

    ReaderPool(Environment environment) {
        this.environment = environment;
    }

    /** A reader on a snapshot of the last commit. */
    TableReader take() {
        TableReader reader;
        synchronized (idle) {
            reader = idle.poll();
        }
        if (reader == null) {
            return new TableReader(environment, environment.beginRead());
        }
        try {
            reader.renew();
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    void giveBack(TableReader reader) {
        reader.reset();
        synchronized (idle) {
            idle.push(reader);
        }
    }

    /**
     * Ends the idle transactions, before the map moves or goes. They are renewed first: lmdbjava does not abort a reset
     * transaction when it is closed, and its slot in LMDB's table would stay taken.
     */
    void closeIdle() {
        synchronized (idle) {
            while (!idle.isEmpty()) {
                TableReader reader = idle.pop();
                try {
                    reader.renew();
                } finally {
                    reader.close();
                }
            }
        }
    }
}
