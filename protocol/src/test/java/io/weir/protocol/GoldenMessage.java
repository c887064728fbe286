package io.weir.protocol;

import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of {@code resources/golden}: a line with the type, the message as text, a line {@code ---}, and the bytes in
 * hexadecimal, made by protoc's encoder.
 *
 * @param name of the file
 * @param type the default instance
 */
record GoldenMessage(String name, Message type, String text, byte[] bytes) {
    private static final String PACKAGE = "weir.v1.";

    static List<GoldenMessage> all() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden"))) {
            return files.filter(file -> file.toString().endsWith(".golden"))
                    .sorted()
                    .map(GoldenMessage::read)
                    .toList();
        }
    }

    private static GoldenMessage read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            int rule = lines.indexOf("---");
            String type = lines.get(0).substring(PACKAGE.length());
            return new GoldenMessage(
                    file.getFileName().toString(),
                    Internal.getDefaultInstance(
                            Class.forName("io.weir.protocol." + type).asSubclass(Message.class)),
                    String.join("\n", lines.subList(1, rule)),
                    HexFormat.of().parseHex(String.join("", lines.subList(rule + 1, lines.size()))));
        } catch (IOException | ClassNotFoundException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
