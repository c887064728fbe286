package io.weir.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that walks along an append must not name classes that are gone. */
class InternalsPageTest {
    private static final Pattern CLASS_NAME = Pattern.compile("`(io\\.weir\\.[A-Za-z0-9_.]+)`");

    @Test
    void everyClassOnThePageExists() throws IOException {
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher matcher = CLASS_NAME.matcher(Files.readString(page("docs/internals/append.md")));
        while (matcher.find()) {
            named++;
            try {
                Class.forName(matcher.group(1), false, getClass().getClassLoader());
            } catch (ClassNotFoundException e) {
                missing.add(matcher.group(1));
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(20);
    }

    /** Tests run in the module's directory, or in the root's. */
    private static Path page(String name) {
        Path fromModule = Path.of("..").resolve(name);
        return Files.exists(fromModule) ? fromModule : Path.of(name);
    }
}
