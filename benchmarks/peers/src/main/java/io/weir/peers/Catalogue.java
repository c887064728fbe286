package io.weir.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The peers by name, in the order of the report. */
final class Catalogue {
    private static final Map<String, Function<Setup, Peer>> PEERS = peers();

    private Catalogue() {}

    private static Map<String, Function<Setup, Peer>> peers() {
        Map<String, Function<Setup, Peer>> peers = new LinkedHashMap<>();
        peers.put(WeirPeer.NAME, WeirPeer::new);
        peers.put("kafka-flush", setup -> new KafkaPeer(setup, true));
        peers.put("kafka", setup -> new KafkaPeer(setup, false));
        peers.put("jetstream", JetStreamPeer::new);
        peers.put("etcd", EtcdPeer::new);
        peers.put("ratis-1", setup -> new RatisPeer(setup, 1));
        peers.put("ratis-256", setup -> new RatisPeer(setup, 256));
        peers.put("lmdb-256", setup -> new LmdbPeer(setup, 256));
        peers.put("fsync-1", setup -> new FsyncPeer(setup, 1));
        peers.put("fsync-256", setup -> new FsyncPeer(setup, 256));
        return peers;
    }

    static List<String> names() {
        return new ArrayList<>(PEERS.keySet());
    }

    /** A peer that is not started. */
    static Peer peer(String name, Setup setup) {
        Function<Setup, Peer> maker = PEERS.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("peer \"" + name + "\" is not among " + names());
        }
        return maker.apply(setup);
    }
}
