package io.weir.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;

/** The main class of a server of bare Ratis, whose state machine does nothing. */
public final class RatisNode {
    private RatisNode() {}

    /**
     * Runs until the process is ended.
     *
     * @param args which node, from 0; its directory; how many groups; and the addresses of all nodes
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int node = Integer.parseInt(args[0]);
        List<String> addresses = List.of(args).subList(3, args.length);
        RaftPeerId self = RaftPeerId.valueOf(RatisConf.id(node));
        RaftServer server = RaftServer.newBuilder()
                .setServerId(self)
                .setStateMachineRegistry(group -> new Nothing())
                .setProperties(RatisConf.server(Path.of(args[1]), addresses.get(node)))
                .build();
        server.start();
        ClientId client = ClientId.randomId();
        long call = 0;
        for (RaftGroup group : RatisConf.groups(addresses, Integer.parseInt(args[2]))) {
            RaftClientReply added =
                    server.groupManagement(GroupManagementRequest.newAdd(client, self, ++call, group, false));
            if (!added.isSuccess()) {
                throw new IOException(group + " did not start: " + added);
            }
        }
        new CountDownLatch(1).await();
    }

    /** Acknowledges what is committed. */
    private static final class Nothing extends BaseStateMachine {
        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry(), "a transaction without its entry");
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
    }
}
