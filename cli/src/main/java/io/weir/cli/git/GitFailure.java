package io.weir.cli.git;

import java.io.IOException;

/** Git could not do what it was asked; the message is git's own. */
public final class GitFailure extends IOException {
    private static final long serialVersionUID = 1L;

    GitFailure(String gitsWords) {
        super(gitsWords);
    }
}
