package io.weir.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of errors lists each kind with its code, and nothing else. */
class ErrorsPageTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| (WEIR-\\d{4}) \\| `(\\w+)` \\|.*\\| (no|maybe) \\| .+ \\|$");

    @Test
    void thePageIsComplete() throws IOException {
        List<String> listed = Files.readAllLines(page()).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1) + ' ' + row.group(2))
                .toList();
        List<String> known = Arrays.stream(EventStoreException.class.getPermittedSubclasses())
                .map(kind -> codeOf(kind) + ' ' + kind.getSimpleName())
                .toList();
        assertThat(known).hasSize(14).doesNotHaveDuplicates();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(known).isSorted();
    }

    private static Path page() {
        Path fromModule = Path.of("..", "docs", "errors.md");
        return Files.exists(fromModule) ? fromModule : Path.of("docs", "errors.md");
    }

    private static String codeOf(Class<?> kind) {
        Constructor<?> constructor = kind.getConstructors()[0];
        Object[] arguments = Stream.of(constructor.getParameterTypes())
                .map(type -> type == String.class
                        ? "message"
                        : type == List.class
                                ? List.of()
                                : type == RequestId.class ? new RequestId(1, 2, 3, 0, 0) : null)
                .toArray();
        try {
            return ((EventStoreException) constructor.newInstance(arguments)).code();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no instance of " + kind, e);
        }
    }
}
