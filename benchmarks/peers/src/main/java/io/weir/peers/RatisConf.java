package io.weir.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How bare Ratis is set up: for speed, but with every entry flushed before it counts, and within a heap like Weir's. */
final class RatisConf {
    private static final int MAX_UNDER_WAY = 4_096;
    private static final String SEGMENT = "8MB";
    private static final int CACHED_SEGMENTS = 3;

    private RatisConf() {}

    /** Groups that all servers and clients know without talking: each prefers another leader. */
    static List<RaftGroup> groups(List<String> addresses, int count) {
        List<RaftGroup> groups = new ArrayList<>();
        for (int group = 0; group < count; group++) {
            List<RaftPeer> peers = new ArrayList<>();
            for (int node = 0; node < addresses.size(); node++) {
                peers.add(RaftPeer.newBuilder()
                        .setId(id(node))
                        .setAddress(addresses.get(node))
                        .setPriority(group % addresses.size() == node ? 1 : 0)
                        .build());
            }
            groups.add(RaftGroup.valueOf(RaftGroupId.valueOf(new UUID(1, group + 1)), peers));
        }
        return groups;
    }

    static String id(int node) {
        return "n" + (node + 1);
    }

    static RaftProperties client() {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        RaftClientConfigKeys.Async.setOutstandingRequestsMax(properties, MAX_UNDER_WAY);
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, TimeDuration.valueOf(30, TimeUnit.SECONDS));
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("64MB"));
        return properties;
    }

    static RaftProperties server(Path directory, String address) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        String[] hostAndPort = address.split(":", 2);
        GrpcConfigKeys.Server.setHost(properties, hostAndPort[0]);
        GrpcConfigKeys.Client.setHost(properties, hostAndPort[0]);
        GrpcConfigKeys.Admin.setHost(properties, hostAndPort[0]);
        GrpcConfigKeys.Server.setPort(properties, Integer.parseInt(hostAndPort[1]));
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf("64MB"));
        RaftServerConfigKeys.setStorageDir(
                properties, Stream.of(directory).map(Path::toFile).toList());
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(SEGMENT));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, CACHED_SEGMENTS);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("1MB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(SEGMENT));
        RaftServerConfigKeys.Log.setForceSyncNum(properties, MAX_UNDER_WAY);
        // On, every commit is followed by one more fsynced entry.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        // Its default makes the sender sleep between two appends.
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Write.setFollowerGapRatioMax(properties, -1);
        // It remembers each request on every replica: a minute's worth would fill the heap.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(5, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, TimeDuration.valueOf(60, TimeUnit.SECONDS));
        return properties;
    }
}
