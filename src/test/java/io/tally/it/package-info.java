/** Tests of the whole engine on the real stack; the judge is SQL. */
package io.tally.it;
