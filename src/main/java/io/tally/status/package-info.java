/**
 * The engine's view of itself: the page, REST, health, metrics. Reads, never steers.
 *
 * <p>Imports the packages it reports on, JAX-RS and Micrometer; nothing imports it. Runs on the threads of whoever asks.
 */
package io.tally.status;
