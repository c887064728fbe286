package io.weir.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes apart JSON that people have written. What is not meant to be where it stands is refused as a wrong use of the command, with
 * its place: passed over, it would be lost without a word.
 */
public final class JsonInput {
    private final String form;

    /** @param form the next step of whoever got it wrong: how it is written */
    public JsonInput(String form) {
        this.form = form;
    }

    /** Refuses what is no object, and fields that are not known. */
    public void requireFields(String where, JsonNode node, Set<String> known) {
        requireObject(where, node);
        node.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                throw CliFailure.usage(where + " has a field \"" + field + "\" that is not known", form);
            }
        });
    }

    /** Refuses what is no object. */
    public void requireObject(String where, JsonNode node) {
        if (!node.isObject()) {
            throw CliFailure.usage(where + " is no JSON object", form);
        }
    }

    /** The elements of an array; none of one that is not there. */
    public List<JsonNode> array(String where, @Nullable JsonNode node) {
        List<JsonNode> elements = new ArrayList<>();
        if (node != null && !node.isArray()) {
            throw CliFailure.usage(where + " is no JSON array", form);
        }
        if (node != null) {
            node.forEach(elements::add);
        }
        return elements;
    }

    /** A text that has to be there. */
    public String text(String where, @Nullable JsonNode node) {
        if (node == null || !node.isTextual()) {
            throw CliFailure.usage(where + (node == null ? " is missing" : " is no text"), form);
        }
        return node.asText();
    }
}
