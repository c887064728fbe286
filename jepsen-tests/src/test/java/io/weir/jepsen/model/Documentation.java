package io.weir.jepsen.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The page that describes the protocol, and shows what came of the model: tests hold it to that. */
final class Documentation {
    private static final String PAGE = "docs/internals/transactions.md";

    private Documentation() {}

    /** Tests run in the module's directory, or in the root's. */
    static String text() throws IOException {
        Path fromModule = Path.of("..").resolve(PAGE);
        return Files.readString(Files.exists(fromModule) ? fromModule : Path.of(PAGE));
    }

    /** As the page writes it: 12 345. */
    static String number(int number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }
}
