package io.weir.peers;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Says in a line why something failed. */
final class Reasons {
    private Reasons() {}

    /** The message of an exception and that of its root cause; wrappers of futures say nothing of their own. */
    static String of(Throwable failure) {
        Throwable first = failure;
        while ((first instanceof CompletionException || first instanceof ExecutionException)
                && first.getCause() != null) {
            first = first.getCause();
        }
        Throwable root = first;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == first ? said(first) : said(first) + "; because of " + said(root);
    }

    private static String said(Throwable failure) {
        return failure instanceof CannotRunException && failure.getMessage() != null
                ? failure.getMessage()
                : failure.toString();
    }
}
