/**
 * What tests on the real stack need: the stack itself, a pipeline of one's own on it, and engines as processes that can
 * be killed. Every wait is for a condition and bounded.
 */
package io.tally.testkit;
