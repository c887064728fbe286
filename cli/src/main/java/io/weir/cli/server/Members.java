package io.weir.cli.server;

import io.weir.cli.shell.CliFailure;
import io.weir.consensus.MemberConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the members of a cluster from text: {@code id=peer/client,id=peer/client}, both addresses as host:port. */
final class Members {
    private static final Pattern MEMBER =
            Pattern.compile("(?<id>[^=]+)=(?<peer>[^/]+:[0-9]{1,5})/(?<client>[^/]+:[0-9]{1,5})");

    private Members() {}

    static List<MemberConfig> parse(String text) {
        List<MemberConfig> members = new ArrayList<>();
        for (String entry : text.split(",", -1)) {
            members.add(member(members.size() + 1, entry.strip()));
        }
        return members;
    }

    private static MemberConfig member(int number, String entry) {
        Matcher parts = MEMBER.matcher(entry);
        String next = "Write each as id=peerHost:port/clientHost:port, as in n1=127.0.0.1:7301/127.0.0.1:7401.";
        if (!parts.matches()) {
            throw CliFailure.usage("--members: number " + number + ", \"" + entry + "\", cannot be read", next);
        }
        try {
            return new MemberConfig(parts.group("id"), parts.group("peer"), parts.group("client"));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage("--members: number " + number + ": " + e.getMessage(), next);
        }
    }
}
