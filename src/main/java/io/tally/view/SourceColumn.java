package io.tally.view;

import io.tally.view.expression.ColumnRef;

/** A column of the source that the view reads. */
public record SourceColumn(ColumnRef ref, Type type) {}
