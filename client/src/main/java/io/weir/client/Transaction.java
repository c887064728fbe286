package io.weir.client;

import java.util.ArrayList;
import java.util.List;

/**
 * Appends and conditions that happen together or not at all. Appends to one stream follow each other; a condition on a
 * stream sees the appends before it. Immutable.
 *
 * @param appends in order
 * @param requirements conditions on streams that are not written, checked before the appends
 */
public record Transaction(List<Append> appends, List<Requirement> requirements) {
    /** Events for one stream, under a condition. */
    public record Append(String stream, Expected expected, List<NewEvent> events) {
        public Append {
            events = List.copyOf(events);
        }
    }

    /** A condition on a stream. */
    public record Requirement(String stream, Expected expected) {}

    public Transaction {
        appends = List.copyOf(appends);
        requirements = List.copyOf(requirements);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects a transaction. Not for several threads. */
    public static final class Builder {
        private final List<Append> appends = new ArrayList<>();
        private final List<Requirement> requirements = new ArrayList<>();

        private Builder() {}

        public Builder append(String stream, Expected expected, NewEvent... events) {
            return append(stream, expected, List.of(events));
        }

        public Builder append(String stream, Expected expected, List<NewEvent> events) {
            appends.add(new Append(stream, expected, events));
            return this;
        }

        public Builder require(String stream, Expected expected) {
            requirements.add(new Requirement(stream, expected));
            return this;
        }

        public Transaction build() {
            return new Transaction(appends, requirements);
        }
    }
}
