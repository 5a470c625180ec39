/**
 * Programs that measure. docs/benchmarks.md has their commands and what came out. Not part of the tests: a machine that is
 * busy with something else would make them fail for no reason.
 */
package io.tally.bench;
