/** Random faults in the real processes, at the same time and for as long as one likes. */
package io.tally.chaos;
