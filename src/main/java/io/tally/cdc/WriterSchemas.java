package io.tally.cdc;

/** The schemas that are at hand, by their ids in the registry. For any thread; answers at once. */
@FunctionalInterface
public interface WriterSchemas {

    /** The schema, one that is unknown included, or null if it is not at hand. */
    WriterSchema find(int id);
}
