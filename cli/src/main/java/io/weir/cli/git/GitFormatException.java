package io.weir.cli.git;

import java.io.IOException;

/** Bytes that are not what git was asked for; the message says where and why. */
public final class GitFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    GitFormatException(String message) {
        super(message);
    }
}
