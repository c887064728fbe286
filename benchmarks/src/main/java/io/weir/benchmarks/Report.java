package io.weir.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a benchmark found out: a record of numbers and texts. */
public interface Report extends Measured {
    /** What was measured: the name under which the JSON gives itself, the verb's. */
    String kind();

    /** For people. */
    String table();

    /** For people and scripts alike, and to be kept: {@code weir bench report} draws it. */
    default String json() {
        return written(new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT));
    }

    /** The same in one line. */
    default String jsonLine() {
        return written(new ObjectMapper());
    }

    private String written(ObjectMapper mapper) {
        try {
            ObjectNode json = mapper.valueToTree(Stamp.now(kind()));
            json.setAll(mapper.<ObjectNode>valueToTree(this));
            return mapper.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts has a JSON form", e);
        }
    }
}
