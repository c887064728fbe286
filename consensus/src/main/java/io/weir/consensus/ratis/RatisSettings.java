package io.weir.consensus.ratis;

import io.weir.logstore.support.FaultPoint;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Every setting of Ratis that Weir relies on, with its reason: a default that Weir relies on is set as well, so that an
 * upgrade cannot change it silently. The profile is the one for latency; batching happens above Raft.
 */
final class RatisSettings {
    /**
     * The largest entry. It is the reader's limit too: lowered, old logs could not be read any more, so it is fixed for
     * ever. A command has up to 4 MiB and its framing.
     */
    static final int MAX_ENTRY_BYTES = 8 << 20;

    /** Election timeouts of a cluster: long enough for a fsync and a collection, short enough to fail over in two seconds. */
    private static final int ELECTION_MIN_MS = 500;

    static final int ELECTION_MAX_MS = 1_000;

    /** A group of one waits for nobody: it only delays opening. */
    private static final int LONE_ELECTION_MS = 10;

    private static final long MIN_SEGMENT_BYTES = 8L << 20;
    private static final long MAX_SEGMENT_BYTES = 32L << 20;
    private static final int MAX_CACHED_SEGMENTS = 3;

    /** Of closed segments behind a checkpoint; see {@link LogRetention}. */
    static final long MAX_KEPT_ENTRIES = 100_000;

    private RatisSettings() {}

    /**
     * @param directory where Ratis keeps its groups; never its default, which is a temporary folder
     * @param host a loopback address
     * @param port 0 for any free one, which only a node without peers can use
     * @param segmentBytes size of a file of a log
     * @param isLone whether this node is the only member
     */
    static RaftProperties of(Path directory, String host, int port, long segmentBytes, boolean isLone) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, new RatisTransport());
        storage(properties, directory, segmentBytes);
        snapshots(properties);
        limits(properties);
        replication(properties);
        elections(properties, isLone);
        reads(properties);
        network(properties, host, port);
        return properties;
    }

    /**
     * The open segment and up to three closed ones of each group lie on the heap: an eighth of it for all of them. Segments are
     * what a log is purged by: smaller ones let it follow the checkpoints more closely, larger ones are rolled less often.
     */
    static long segmentBytes(int partitions) {
        long share = Runtime.getRuntime().maxMemory() / 32 / partitions;
        return Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, share));
    }

    private static void storage(RaftProperties properties, Path directory, long segmentBytes) {
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(properties, new File(directory.toFile(), "removed-groups"));
        RaftServerConfigKeys.Log.setUseMemory(properties, false);
        // Both flush later than they say: the first counts a failed fsync as done, the second does not wait for it.
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, FaultPoint.isMutant("log-unflushed"));
        // Damage stops the group; the other policy would cut acknowledged entries off without a word.
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        // On, every commit is followed by one more fsynced entry, which also counts as applied before
        // the futures below it.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(segmentBytes));
        // Written zeros, which keep the file's size stable under fdatasync: for small entries. A large one is
        // preceded by as many zeros as it has bytes; more would be synced with it, and reach the disk twice.
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("64KB"));
        // Of fewer, what is about to be applied or sent to a slow follower is dropped and read again. See LogCache.
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, MAX_CACHED_SEGMENTS);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(
                properties, SizeInBytes.valueOf(MAX_CACHED_SEGMENTS * segmentBytes));
        // Direct memory, once per group; an entry with its length and checksum must fit.
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(MAX_ENTRY_BYTES + 1024L));
        // Never forces a sync in the middle of a queue: what queued during one fsync goes out with the next.
        RaftServerConfigKeys.Log.setForceSyncNum(properties, 1024);
    }

    private static void snapshots(RaftProperties properties) {
        // Ratis counts entries, and would ask while no checkpoint is new: each completed checkpoint asks instead.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
        // Whoever asks has a new checkpoint, however few entries are in it.
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
        // The store keeps one checkpoint, in its own files: there are none of Ratis' to clean up.
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 1);
        // Off, one member that is down would keep all others from purging, until their disks are full.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        // What stays behind a checkpoint is counted in bytes, by LogRetention; Ratis counts in entries.
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, 0);
        // LogRetention names ends of segments: there is always a whole one to drop.
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        // Snapshots are pulled by the follower, never sent as files: the same on every node,
        // or they refuse each other.
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
    }

    private static void limits(RaftProperties properties) {
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(MAX_ENTRY_BYTES));
        // The batcher keeps eight entries in flight, 48 MiB at the very worst. The write limits must not
        // exceed the queue's: a full queue blocks while the group's lock is held.
        RaftServerConfigKeys.Write.setElementLimit(properties, 1024);
        RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("64MB"));
        RaftServerConfigKeys.Log.setQueueElementLimit(properties, 1024);
        RaftServerConfigKeys.Log.setQueueByteLimit(properties, SizeInBytes.valueOf("64MB"));
        // Off: it would tie the commits of all to the slowest follower.
        RaftServerConfigKeys.Write.setFollowerGapRatioMax(properties, -1);
        // In memory on every replica. Ours is the session table; this one only has to outlast one request.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, seconds(10));
    }

    private static void replication(RaftProperties properties) {
        // Its default makes the sender sleep between two appends: a floor of a millisecond under every write.
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        // Bound what a follower that catches up holds in memory, and makes the leader hold: 64 entries of at most
        // 256 KiB each, as the batcher makes them, are 16 MiB. Of 512 followers with small heaps have died. No less
        // than the eight entries that are in flight, which must not wait for each other.
        RaftServerConfigKeys.Log.Appender.setBufferElementLimit(properties, 8);
        GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(properties, 8);
        // A follower that returns is tried again within a second, not five.
        properties.set(RaftServerConfigKeys.Log.Appender.RETRY_POLICY_KEY, "1ms,10, 500ms,1000");
    }

    private static void elections(RaftProperties properties, boolean isLone) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(ELECTION_MIN_MS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(ELECTION_MAX_MS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
                properties, millis(isLone ? LONE_ELECTION_MS : ELECTION_MIN_MS));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
                properties, millis(isLone ? 2 * LONE_ELECTION_MS : ELECTION_MAX_MS));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, seconds(2));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, seconds(60));
        // The lease is only safe with it, and a node that comes back does not disturb a healthy leader.
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        // Two meanings: a pause of the JVM after which a leader steps down, and the time in which a leader
        // that has lost its majority does not stand again. The default of ten seconds can be ten seconds
        // without a leader.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, seconds(2));
        // A pause longer than this closes the server for good: a laptop that slept, a machine that was frozen.
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(365, TimeUnit.DAYS));
    }

    private static void reads(RaftProperties properties) {
        // The default is a plain read at whoever believes to lead.
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
        RaftServerConfigKeys.Read.setLeaderLeaseTimeoutRatio(properties, 0.9);
        // Off, a leader without a lease would answer without asking anybody.
        RaftServerConfigKeys.Read.setLeaderHeartbeatCheckEnabled(properties, !FaultPoint.isMutant("lease-unchecked"));
        RaftServerConfigKeys.Read.ReadIndex.setType(properties, RaftServerConfigKeys.Read.ReadIndex.Type.COMMIT_INDEX);
        RaftServerConfigKeys.Read.setTimeout(properties, seconds(10));
    }

    private static void network(RaftProperties properties, String host, int port) {
        GrpcConfigKeys.Server.setHost(properties, host);
        GrpcConfigKeys.Server.setPort(properties, port);
        // Ratis' services for clients and administration share the peers' port, which is on loopback.
        GrpcConfigKeys.Client.setHost(properties, host);
        GrpcConfigKeys.Admin.setHost(properties, host);
        // A cached pool with a size runs one thread only.
        GrpcConfigKeys.Server.setAsyncRequestThreadPoolCached(properties, false);
        GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(properties, 4);
        RaftServerConfigKeys.ThreadPool.setProxyCached(properties, true);
        RaftServerConfigKeys.ThreadPool.setProxySize(properties, 0);
        RaftServerConfigKeys.ThreadPool.setServerCached(properties, true);
        RaftServerConfigKeys.ThreadPool.setServerSize(properties, 0);
        RaftServerConfigKeys.ThreadPool.setClientCached(properties, true);
        RaftServerConfigKeys.ThreadPool.setClientSize(properties, 0);
        GrpcConfigKeys.setFlowControlWindow(properties, SizeInBytes.valueOf("4MB"));
        // Above the largest append, which is the largest entry and some framing.
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("16MB"));
    }

    private static TimeDuration seconds(int seconds) {
        return TimeDuration.valueOf(seconds, TimeUnit.SECONDS);
    }

    private static TimeDuration millis(int millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
