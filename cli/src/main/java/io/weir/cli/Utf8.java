package io.weir.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strict decoding: a {@code String} constructor would replace what is not UTF-8, and nobody would see that it did. */
public final class Utf8 {
    private Utf8() {}

    /** The text that these bytes are in UTF-8, or null if they are none. */
    public static @Nullable String textOrNull(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
