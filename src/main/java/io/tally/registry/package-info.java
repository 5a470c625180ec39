/**
 * Asks a schema registry for the schemas that records were written with, by the API of Confluent's, which Apicurio's speaks
 * as well, and keeps the answers.
 *
 * <p>Imports {@code io.tally.cdc}, the JDK's HTTP client, Jackson and Mutiny. May be imported by {@code ingest}, which asks
 * and tells that nobody answers. Answers come on threads of the HTTP client.
 */
package io.tally.registry;
