package io.weir.protocol;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which texts are ids of clusters, and what becomes of a request that has come to another cluster than the one it is meant for.
 * An address may change hands: a node that answered whoever asks would read and write in the wrong cluster.
 */
public final class ClusterId {
    /** The longest id; the shortest has 1. */
    public static final int MAX_CHARACTERS = 64;

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_CHARACTERS + "}");
    private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");

    private ClusterId() {}

    /** What is wrong with a text as an id, naming value and limit; null if nothing is. Short, however long the text. */
    public static @Nullable String problem(String id) {
        if (VALID.matcher(id).matches()) {
            return null;
        }
        String start = id.length() > MAX_CHARACTERS ? id.substring(0, MAX_CHARACTERS) + "..." : id;
        return "cluster id \"" + UNPRINTABLE.matcher(start).replaceAll("?") + "\" has " + id.length()
                + " characters; it must have 1 to " + MAX_CHARACTERS
                + " characters of A-Z, a-z, 0-9, '.', '_' and '-'";
    }

    /**
     * Why a node does not take a request; null if it does.
     *
     * @param own of the node
     * @param named by the request
     */
    public static @Nullable Error refusal(String own, String named) {
        if (named.equals(own)) {
            return null;
        }
        String problem = problem(named);
        return problem == null
                ? Error.newBuilder()
                        .setCode(Error.Code.WRONG_CLUSTER)
                        .setMessage(otherCluster(own, named))
                        .build()
                : Error.newBuilder()
                        .setCode(Error.Code.INVALID_ARGUMENT)
                        .setMessage(problem)
                        .build();
    }

    /** For messages: a node belongs to one cluster, and another one is meant. */
    public static String otherCluster(String own, String meant) {
        return "the node at this address belongs to cluster \"" + own + "\", not to \"" + meant
                + "\"; correct the address, or start the node of \"" + meant + "\" there";
    }
}
