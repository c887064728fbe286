package io.weir.consensus.repair;

import io.weir.client.spi.NodeFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether this node has been somebody before it lost its disk, and lets the others know who it is. One thread.
 *
 * <p>A node that has never taken part must hear from <em>all</em> other members: the one that is missing may be the only one
 * that remembers what this node has promised. One that says otherwise is enough.
 */
final class Greetings {
    private static final long TIMEOUT_MS = 2_000;
    private static final Logger LOG = LoggerFactory.getLogger(Greetings.class);

    private final List<String> others;
    private final PeerPort peers;
    private final Incarnations incarnations;
    private final Set<String> silent;
    private final Map<String, Origin> strangers = new TreeMap<>();

    /**
     * What this node was before, as somebody knows.
     *
     * @param origin of the cluster in which it was
     */
    record Former(Incarnation incarnation, Origin origin) {}

    Greetings(List<String> others, PeerPort peers, Incarnations incarnations) {
        this.others = others;
        this.peers = peers;
        this.incarnations = incarnations;
        this.silent = new TreeSet<>(others);
    }

    /** Forgets who has answered: there is something new to say. */
    void again() {
        silent.addAll(others);
    }

    /** Who has not answered yet. */
    Set<String> silent() {
        return Set.copyOf(silent);
    }

    /** Who has answered, but is of another origin; they count as silent. */
    Map<String, Origin> strangers() {
        return Collections.unmodifiableMap(strangers);
    }

    /**
     * Greets all who have not answered yet, once each.
     *
     * @return as whom somebody knows this node otherwise, or null if nobody who answered does
     * @throws IOException if what was heard could not be noted
     */
    @Nullable
    Former greet() throws IOException {
        for (String member : new ArrayList<>(silent)) {
            Incarnation self = incarnations.self();
            Origin origin = incarnations.origin();
            Greeting greeting;
            try {
                greeting = peers.hello(member, self, origin, incarnations.isSettled(), TIMEOUT_MS);
            } catch (NodeFailure e) {
                LOG.debug("{} does not answer a greeting", member, e);
                continue;
            }
            boolean isOtherwiseKnown = !greeting.known().equals(self);
            boolean isStranger = !greeting.origin().equals(origin);
            // A directory that was emptied knows nothing of a backup. One with another history must not join.
            boolean isEmptied = !origin.isBackup() && !incarnations.isSettled();
            if (isOtherwiseKnown && (!isStranger || isEmptied)) {
                strangers.clear();
                return new Former(greeting.known(), greeting.origin());
            }
            if (isStranger) {
                if (!greeting.origin().equals(strangers.put(member, greeting.origin()))) {
                    String theirs = greeting.origin().described();
                    LOG.warn("this directory was {}, that of {} was {}", origin.described(), member, theirs);
                }
                continue;
            }
            strangers.remove(member);
            incarnations.heard(member, greeting.self(), greeting.origin(), false);
            silent.remove(member);
        }
        return null;
    }
}
