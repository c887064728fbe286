package io.weir.jepsen.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An object that was read from a file: each field that is asked for is there and of its type, or the file is refused. */
final class RunFields {
    private final String path;
    private final JsonNode object;
    private final Set<String> asked = new HashSet<>();

    RunFields(String path, JsonNode object) {
        this.path = path;
        this.object = object;
        if (!object.isObject()) {
            throw new MalformedRunException((path.isEmpty() ? "the file" : path) + " is no object");
        }
    }

    /** How a field is named in messages. */
    String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private JsonNode value(String key) {
        asked.add(key);
        JsonNode value = object.get(key);
        if (value == null) {
            throw new MalformedRunException(name(key) + " is missing");
        }
        return value;
    }

    String text(String key) {
        return text(name(key), value(key));
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw new MalformedRunException(name + " is no string");
        }
        return value.textValue();
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(key)) {
            texts.add(text(name(key) + "[" + texts.size() + "]", element));
        }
        return texts;
    }

    /** The objects of an array. */
    List<RunFields> each(String key) {
        List<RunFields> objects = new ArrayList<>();
        for (JsonNode element : array(key)) {
            objects.add(new RunFields(name(key) + "[" + objects.size() + "]", element));
        }
        return objects;
    }

    private JsonNode array(String key) {
        JsonNode value = value(key);
        if (!value.isArray()) {
            throw new MalformedRunException(name(key) + " is no array");
        }
        return value;
    }

    long anyNumber(String key) {
        JsonNode value = value(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new MalformedRunException(name(key) + " is no integer of 64 bits");
        }
        return value.longValue();
    }

    /** One that is 0 or more. */
    long number(String key) {
        long number = anyNumber(key);
        if (number < 0) {
            throw new MalformedRunException(name(key) + " is " + number + "; it is 0 or more");
        }
        return number;
    }

    int integer(String key) {
        long number = number(key);
        if (number != (int) number) {
            throw new MalformedRunException(name(key) + " is beyond 32 bits: " + number);
        }
        return (int) number;
    }

    /** What nobody asks for, a later version may have meant: it is not passed over. */
    void requireNoOthers() {
        object.fieldNames().forEachRemaining(key -> {
            if (!asked.contains(key)) {
                throw new MalformedRunException(name(key) + " is not known");
            }
        });
    }
}
