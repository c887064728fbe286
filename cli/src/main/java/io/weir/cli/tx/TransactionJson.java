package io.weir.cli.tx;

import com.fasterxml.jackson.databind.JsonNode;
import io.weir.cli.shell.CliFailure;
import io.weir.cli.shell.Json;
import io.weir.cli.shell.JsonInput;
import io.weir.cli.stream.EventOptions;
import io.weir.cli.stream.ExpectedOption;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a transaction that is written as JSON. What is not known is refused, with the place where it stands: a misspelt
 * condition that was passed over would be none.
 */
final class TransactionJson {
    private static final String FORM =
            "Write {\"appends\":[{\"stream\":\"s\",\"expected\":\"any\",\"events\":[{\"type\":\"T\","
                    + "\"data\":1}]}],\"requires\":[{\"stream\":\"t\",\"expected\":\"revision:3\"}]}.";
    private static final JsonInput INPUT = new JsonInput(FORM);
    private static final ExpectedOption EXPECTED = new ExpectedOption();
    private static final EventOptions EVENT = EventOptions.defaults();

    private TransactionJson() {}

    static Transaction read(byte[] utf8) {
        JsonNode root;
        try {
            root = Json.parse(utf8);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage("the transaction is no JSON: " + e.getMessage(), FORM);
        }
        INPUT.requireFields("the transaction", root, Set.of("appends", "requires"));
        Transaction.Builder transaction = Transaction.builder();
        List<JsonNode> appends = INPUT.array("appends", root.get("appends"));
        for (int i = 0; i < appends.size(); i++) {
            String where = "appends[" + i + "]";
            JsonNode append = appends.get(i);
            INPUT.requireFields(where, append, Set.of("stream", "expected", "events"));
            transaction.append(stream(where, append), expected(where, append), events(where, append));
        }
        List<JsonNode> requires = INPUT.array("requires", root.get("requires"));
        for (int i = 0; i < requires.size(); i++) {
            String where = "requires[" + i + "]";
            INPUT.requireFields(where, requires.get(i), Set.of("stream", "expected"));
            transaction.require(stream(where, requires.get(i)), expected(where, requires.get(i)));
        }
        return transaction.build();
    }

    private static String stream(String where, JsonNode node) {
        return INPUT.text(where + ".stream", node.get("stream"));
    }

    /** A revision may stand alone, as a number or as text. */
    private static Expected expected(String where, JsonNode node) {
        JsonNode expected = node.get("expected");
        String text = expected != null && expected.isIntegralNumber()
                ? expected.asText()
                : INPUT.text(where + ".expected", expected);
        try {
            return EXPECTED.convert(text.matches("[0-9]+") ? "revision:" + text : text);
        } catch (TypeConversionException e) {
            throw CliFailure.usage(where + ".expected: " + e.getMessage(), "A number alone is a revision.");
        }
    }

    private static List<NewEvent> events(String where, JsonNode append) {
        List<JsonNode> nodes = INPUT.array(where + ".events", append.get("events"));
        List<NewEvent> events = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            events.add(EVENT.ofJson(nodes.get(i), where + ".events[" + i + "]"));
        }
        return events;
    }
}
