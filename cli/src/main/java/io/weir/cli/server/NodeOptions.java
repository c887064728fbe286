package io.weir.cli.server;

import io.weir.cli.config.Setting;
import io.weir.cli.shell.CliFailure;
import io.weir.consensus.MemberConfig;
import io.weir.consensus.NodeConfig;
import io.weir.consensus.StorageLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node of which cluster is meant, and where it keeps everything: shared by the verbs that run and that write one. */
public final class NodeOptions {
    private static final String DEVELOPMENT_MEMBERS = "n1=127.0.0.1:7300/127.0.0.1:7400";

    @Setting
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "weir-data",
            description = "Where this node keeps everything. Default: ${DEFAULT-VALUE}.")
    private Path directory = Path.of("weir-data");

    @Setting
    @Option(
            names = "--cluster-id",
            paramLabel = "ID",
            defaultValue = "dev",
            description = "Name of the cluster; a directory of another one is refused. Default: ${DEFAULT-VALUE}.")
    private String clusterId = "";

    @Setting
    @Option(names = "--node", paramLabel = "ID", description = "Which of the members this is. Default: the only one.")
    private @Nullable String node;

    @Setting
    @Option(
            names = "--members",
            paramLabel = "LIST",
            defaultValue = DEVELOPMENT_MEMBERS,
            description = "All members, id=peer/client, separated by commas.%nDefault: ${DEFAULT-VALUE}")
    private String members = "";

    @Setting
    @Option(
            names = "--listen",
            paramLabel = "PEER/CLIENT",
            description = "Where this node listens, if others reach it elsewhere. Default: as in --members.")
    private @Nullable String listen;

    /** Where the node keeps everything. */
    Path directory() {
        return directory;
    }

    /**
     * The node's configuration.
     *
     * @param storage throws {@link IllegalArgumentException} if its options make no sense
     * @throws CliFailure if the options make none; the message says which
     */
    public NodeConfig config(int partitions, Supplier<StorageLimits> storage) {
        List<MemberConfig> all = Members.parse(members);
        List<String> ids = all.stream().map(MemberConfig::id).toList();
        if (node == null && all.size() > 1) {
            throw CliFailure.usage(
                    "there are " + all.size() + " members, and --node does not say which this is",
                    "Add --node with one of " + ids + ".");
        }
        try {
            return new NodeConfig(
                    clusterId,
                    node == null ? ids.get(0) : node,
                    all,
                    partitions,
                    directory,
                    storage.get(),
                    listen == null ? null : Members.parseListen(listen));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(
                    String.valueOf(e.getMessage()), "\"weir server --help\" shows how they are written.");
        }
    }

    /** What starts the node, without quotes around anything. */
    public String serverCommand(NodeConfig config) {
        return "weir server --cluster-id " + config.clusterId() + " --node " + config.nodeId() + " --partitions "
                + config.partitions() + " --members " + members + (listen == null ? "" : " --listen " + listen)
                + " --dir " + directory;
    }
}
