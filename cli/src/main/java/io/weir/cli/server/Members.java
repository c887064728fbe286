package io.weir.cli.server;

import io.weir.cli.shell.CliFailure;
import io.weir.consensus.ListenConfig;
import io.weir.consensus.MemberConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads addresses from text: those of a cluster's members, {@code id=peer/client,id=peer/client}, each as host:port. */
final class Members {
    private static final String ADDRESSES = "(?<peer>[^/]+:[0-9]{1,5})/(?<client>[^/]+:[0-9]{1,5})";
    private static final Pattern MEMBER = Pattern.compile("(?<id>[^=]+)=" + ADDRESSES);
    private static final Pattern LISTEN = Pattern.compile(ADDRESSES);

    private Members() {}

    static List<MemberConfig> parse(String text) {
        List<MemberConfig> members = new ArrayList<>();
        for (String entry : text.split(",", -1)) {
            members.add(member(members.size() + 1, entry.strip()));
        }
        return members;
    }

    /** Where one node listens: {@code peer/client}. */
    static ListenConfig parseListen(String text) {
        Matcher parts = LISTEN.matcher(text);
        if (!parts.matches()) {
            throw CliFailure.usage(
                    "--listen: \"" + text + "\" cannot be read",
                    "Write it as peerHost:port/clientHost:port, as in 127.0.0.1:9301/127.0.0.1:9401.");
        }
        return new ListenConfig(parts.group("peer"), parts.group("client"));
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
