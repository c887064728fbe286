package io.weir.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/** What a benchmark found out: a record of numbers and texts. */
public interface Report {
    /** For people. */
    String table();

    /** For people and scripts alike. */
    default String json() {
        return written(new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT));
    }

    /** The same in one line. */
    default String jsonLine() {
        return written(new ObjectMapper());
    }

    private String written(ObjectMapper mapper) {
        try {
            return mapper.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts has a JSON form", e);
        }
    }
}
