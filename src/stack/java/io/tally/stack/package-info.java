/**
 * The real stack without containers, for tests, chaos and laptops: PostgreSQL 18, one Kafka broker in KRaft mode and
 * one Kafka Connect worker with Debezium, each a process of its own, all on the loopback address. A second worker, which
 * has no exactly-once support, and a second PostgreSQL, {@code results}, run once they are told to start. The engine knows
 * nothing of this program; nothing here ships.
 *
 * <pre>
 * ./mvnw -q -f src/stack/pom.xml package
 * java -jar target/stack/tally-stack.jar [options]       # --help lists them
 * </pre>
 *
 * <h2>What it prints</h2>
 *
 * One line per service as it becomes ready, then {@code ready} on a line of its own. If a service does not come up, the
 * reason and the end of its log, and exit code 1. If a service ends by itself later on, one line
 * {@code SERVICE: ended by itself with code N, its log is FILE}; the others are left alone, and {@code start SERVICE}
 * brings it back.
 *
 * <h2>Commands</h2>
 *
 * One per line on standard input, one line on standard output in answer, when the command has taken effect:
 * {@code ok COMMAND} or {@code failed COMMAND: REASON}. Commands are run one after the other, the first when all is
 * ready; a reader should skip lines that begin otherwise.
 *
 * <table>
 * <caption>Verbs; services: {@code postgres}, {@code results}, {@code broker}, {@code connect}, {@code plain-connect}</caption>
 * <tr><th>verb</th><th>effect</th></tr>
 * <tr><td>{@code stop}</td><td>asks for a clean end and waits for it; PostgreSQL: fast shutdown, which waits, some
 * seconds, until the connector has confirmed what it was sent</td></tr>
 * <tr><td>{@code kill}</td><td>SIGKILL, and waits until nothing is left, PostgreSQL's backends included</td></tr>
 * <tr><td>{@code start}</td><td>starts it again with the same data on the same port, and waits until it is ready</td></tr>
 * </table>
 *
 * <h2>The end</h2>
 *
 * SIGTERM, SIGINT or SIGHUP stops everything and deletes the data, unless {@code --keep} is given; so does the end of
 * standard input with {@code --stop-on-stdin-eof}, which ties the stack to the life of a test. If this program itself
 * is killed, its services end with it (see {@link io.tally.stack.Child}) and the next start in the same folder clears
 * their data away.
 *
 * <h2>The folder</h2>
 *
 * {@code --dir} holds {@code data/}, {@code logs/} (one file per service, from the start of this run on, kept after the
 * stop) and, while the stack runs, {@code stack.properties}: {@code supervisor.pid}; for each service {@code .port},
 * {@code .pid} (empty while it is down, as of the last command) and {@code .log}; {@code postgres.jdbc.url}, {@code
 * broker.bootstrap.servers}, {@code connect.url} and {@code plain-connect.url}; with {@code --kafka-proxy} also {@code
 * broker.proxy.port} and {@code broker.proxied.port}, the port a proxy has to listen on and the one it has to pass on to, and
 * with {@code --kafka-tls} {@code broker.tls.port} and {@code broker.sasl.port}. It is replaced before a command is answered.
 * After a kill of this program it is stale: compare {@code supervisor.pid} with what runs.
 *
 * <h2>Inside</h2>
 *
 * User and password of PostgreSQL are {@code postgres}, the database is {@code streaming}, and
 * {@code debezium/source.sql} and {@code results.sql} have been run in it; with {@code --results-port} the latter in
 * {@code results} only. No connector is registered; that is
 * {@code debezium/register_connector.sh}'s task, with {@code CONNECT_URL} set to {@code connect.url}. The worker
 * resolves <code>${env:DEBEZIUM_POSTGRES_...}</code> in connector configurations to its own database and role.
 */
package io.tally.stack;
