package io.weir.client;

import io.weir.protocol.Member;
import java.util.ArrayList;
import java.util.List;

/** The nodes that a connect string names: {@code weir://host:port,host:port}, IPv6 addresses in brackets. */
final class Seeds {
    private static final String SCHEME = "weir://";

    private Seeds() {}

    /** Members of which only the client address is known. */
    static List<Member> parse(String uri) {
        if (uri == null || !uri.startsWith(SCHEME)) {
            throw malformed(String.valueOf(uri), "it does not begin with " + SCHEME);
        }
        String list = uri.substring(SCHEME.length());
        if (list.endsWith("/")) {
            list = list.substring(0, list.length() - 1);
        }
        List<Member> seeds = new ArrayList<>();
        for (String address : list.split(",", -1)) {
            seeds.add(Member.newBuilder()
                    .setClientAddress(checked(uri, address.strip()))
                    .build());
        }
        return seeds;
    }

    private static String checked(String uri, String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw malformed(uri, "\"" + address + "\" has no port");
        }
        String host = address.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
        boolean isName = !host.isEmpty() && host.chars().noneMatch(c -> " /:@?#[]\\".indexOf(c) >= 0);
        if (!isBracketed && !isName) {
            throw malformed(uri, "\"" + host + "\" is not a host");
        }
        String port = address.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
            throw malformed(uri, "\"" + port + "\" is not a port from 1 to 65535");
        }
        return address;
    }

    private static EventStoreException malformed(String uri, String why) {
        return new EventStoreException.InvalidRequest("the connect string \"" + uri + "\" is malformed: " + why
                + "; write, for example, weir://127.0.0.1:7400,127.0.0.1:7401,127.0.0.1:7402");
    }
}
