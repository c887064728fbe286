package io.weir.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a report that is kept as JSON says what it is: its first fields.
 *
 * @param kind what was measured, {@code append} for example
 * @param version of the form that reports of this kind have
 * @param weir version of the program that measured; null if it is not known
 * @param date when, UTC, as ISO 8601 has it; null if it is not known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Stamp(
        String kind,
        int version,
        @Nullable String weir,
        @Nullable String date) {
    /** Of all kinds. A report with other fields, or with the same that mean something else, has another version. */
    static final int VERSION = 1;

    /** Of a report that is made now, by this program. */
    static Stamp now(String kind) {
        String weir = Stamp.class.getPackage().getImplementationVersion();
        return new Stamp(
                kind,
                VERSION,
                Objects.requireNonNullElse(weir, "development"),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
