package io.weir.cli.demo;

import io.weir.client.NewEvent;
import io.weir.client.RecordedEvent;
import java.io.IOException;
import java.util.List;

/** What the demo puts into the store, unit by unit, and who judges what is read back. Used by one thread. */
interface DemoInput {
    /** One event for one stream. */
    record Write(String stream, NewEvent event) {}

    /** For people: what this is, in a line. */
    String description();

    /** What a unit is called, in the plural. */
    String units();

    /** How many units there are; at least one. */
    int size();

    /** What a unit is called, itself: at most 64 characters, and no other is called so. */
    String name(int number);

    /** The events of a unit, in order; never empty. Units are written in the order of their numbers, from 0. */
    List<Write> unit(int number);

    /** Takes an event that the store returned; those of one stream come in order. Events of others are ignored. */
    void readBack(RecordedEvent event) throws CheckFailed;

    /**
     * Judges what was read back, and nothing else.
     *
     * @return what was compared, for people
     * @throws CheckFailed with the differences
     */
    String judge() throws CheckFailed, IOException;
}
