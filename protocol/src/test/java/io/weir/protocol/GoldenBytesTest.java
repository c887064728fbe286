package io.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bytes of every message that lies in a log or goes over a wire, as they were when they were agreed on. A log that was
 * written yesterday must be read tomorrow: what is in the files of {@code resources/golden} is added to, never changed. For
 * a new field, write a file up to its line {@code ---}; {@code src/test/golden.sh FILE} adds the bytes. The lines for
 * {@code numbers.txt} are left in {@code target/numbers.txt}.
 */
class GoldenBytesTest {
    private static final Set<FileDescriptor> FILES = Set.of(
            Event.getDescriptor().getFile(),
            Command.getDescriptor().getFile(),
            Outcome.getDescriptor().getFile(),
            QueryRequest.getDescriptor().getFile(),
            ReadPage.getDescriptor().getFile(),
            TransactionStep.getDescriptor().getFile(),
            TransactionRecord.getDescriptor().getFile(),
            LogEntry.getDescriptor().getFile(),
            HelloRequest.getDescriptor().getFile());

    static List<GoldenMessage> messages() throws IOException {
        return GoldenMessage.all();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void theBytesAreTheSame(GoldenMessage golden) throws IOException {
        Message.Builder builder = golden.type().newBuilderForType();
        TextFormat.merge(golden.text(), builder);
        Message message = builder.build();
        assertThat(HexFormat.of().formatHex(message.toByteArray()))
                .isEqualTo(HexFormat.of().formatHex(golden.bytes()));
        assertThat(golden.type().getParserForType().parseFrom(golden.bytes())).isEqualTo(message);
    }

    /** A field that no file shows could be renumbered unseen. */
    @Test
    void everyFieldIsShown() throws IOException {
        Set<String> shown = new TreeSet<>();
        for (GoldenMessage golden : GoldenMessage.all()) {
            collect(golden.type().getParserForType().parseFrom(golden.bytes()), shown);
        }
        Set<String> declared = new TreeSet<>();
        for (FileDescriptor file : FILES) {
            for (Descriptor type : file.getMessageTypes()) {
                type.getFields().forEach(field -> declared.add(field.getFullName()));
            }
        }
        assertThat(shown).containsAll(declared);
    }

    private static void collect(Message message, Set<String> shown) {
        message.getAllFields().forEach((field, value) -> {
            shown.add(field.getFullName());
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                List<?> parts = field.isRepeated() ? (List<?>) value : List.of(value);
                parts.forEach(part -> collect((Message) part, shown));
            }
        });
    }

    @Test
    void everyNumberIsPinned() throws IOException {
        List<String> lines = new ArrayList<>();
        for (FileDescriptor file : FILES) {
            file.getMessageTypes().forEach(type -> describe(type, lines));
            file.getEnumTypes().forEach(type -> describe(type, lines));
        }
        lines.sort(null);
        Files.write(Path.of("target/numbers.txt"), lines);
        assertThat(lines).isEqualTo(Files.readAllLines(Path.of("src/test/resources/golden/numbers.txt")));
    }

    private static void describe(Descriptor type, List<String> lines) {
        for (FieldDescriptor field : type.getFields()) {
            lines.add(field.getFullName() + " " + field.getNumber() + " "
                    + field.getType().name().toLowerCase(Locale.ROOT) + (field.isRepeated() ? " repeated" : ""));
        }
        type.getEnumTypes().forEach(nested -> describe(nested, lines));
    }

    private static void describe(EnumDescriptor type, List<String> lines) {
        type.getValues()
                .forEach(value -> lines.add(type.getFullName() + "." + value.getName() + " " + value.getNumber()));
    }
}
