package io.tally.it;

import io.tally.testkit.TwoDatabases;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link LeastRightsIT} with results on a server of their own. */
@ExtendWith(TwoDatabases.class)
class LeastRightsApartIT extends LeastRightsIT {}
