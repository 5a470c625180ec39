package io.tally.it;

import io.tally.testkit.TwoDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link RebuildIT} with results on a server of their own. */
@Tag("long")
@ExtendWith(TwoDatabases.class)
class RebuildApartIT extends RebuildIT {}
