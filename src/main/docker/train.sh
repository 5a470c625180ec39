#!/usr/bin/env bash
# Runs the application on a real pipeline, and has the JVM keep what it learned: what it loaded and linked, and how often which
# code ran and how, so that the next start compiles what matters, and that first.
#
#   train.sh FOLDER STACK DEBEZIUM CACHE    FOLDER is a quarkus-app, STACK the jar that src/stack makes, DEBEZIUM the folder
#                                           with the connector, CACHE the file to be written
#
# POSTGRES_PORT, KAFKA_PORT, CONNECT_PORT and HTTP_PORT move ports that are taken.
set -euo pipefail

application=$1 stack=$2 debezium=$3 cache=$4
export POSTGRES_PORT=${POSTGRES_PORT:-5432} KAFKA_PORT=${KAFKA_PORT:-9092} CONNECT_PORT=${CONNECT_PORT:-8083}
export HTTP_PORT=${HTTP_PORT:-8081}
export KAFKA_BOOTSTRAP_SERVERS=localhost:$KAFKA_PORT CONNECT_URL=http://localhost:$CONNECT_PORT
orders=400000
data=$(mktemp -d)
# PostgreSQL does not run as root, and must get there all the same.
chmod 755 "$data"

say() { printf 'training: %s\n' "$*"; }

# await SECONDS PROCESS COMMAND...
await() {
    local deadline=$((SECONDS + $1)) process=$2
    shift 2
    until "$@"; do
        kill -0 "$process" || { say "ended: $*"; exit 1; }
        ((SECONDS < deadline)) || { say "not in time: $*"; exit 1; }
        sleep 1
    done
}

sql() {
    java -XX:TieredStopAtLevel=1 -cp "$stack" io.tally.stack.Query \
        "jdbc:postgresql://localhost:$POSTGRES_PORT/streaming?user=postgres&password=postgres" "$1"
}
ask() { curl --silent --fail --max-time 5 "http://localhost:$HTTP_PORT$1" >/dev/null; }
stack_ready() { grep -q '^ready$' "$data/log"; }
running() { curl --silent --max-time 5 "http://localhost:$HTTP_PORT/jobs" | grep -q '"RUNNING"'; }

# The hour of the orders below is in the results, and final.
exact() {
    [[ $(sql "SELECT coalesce(sum(order_count), 0) = $orders - $orders / 20 AS exact FROM order_agg_final
              WHERE window_start < now() - interval '30 minutes'" 2>/dev/null) == *" t" ]]
}

java -Xmx64m -jar "$stack" --dir "$data/stack" >"$data/log" 2>&1 &
services=$!
trap 'kill "$services" 2>/dev/null && wait "$services" || true; tail -n 3 "$data/log"; rm -rf "$data"' EXIT
await 180 "$services" stack_ready

# The option that says how large objects are: the same as those the cache is used with.
java -XX:AOTCacheOutput="$cache" -XX:+UseCompactObjectHeaders -jar "$application/quarkus-run.jar" &
engine=$!
bash "$debezium/register_connector.sh"
sql "WITH one AS (INSERT INTO orders VALUES ('0', 0, 1, 1) RETURNING 1) SELECT count(*) FROM one" >/dev/null
await 60 "$engine" running

# An open page; it ends with the engine.
curl --silent --no-buffer "http://localhost:$HTTP_PORT/api/stream" >/dev/null &
page=$!

say "$orders orders"
sql "WITH new AS (INSERT INTO orders SELECT n::text, n % 1000, 1 + n % 9, 1 + n % 1000 / 100.0,
         date_trunc('minute', now()) - interval '2 hours' + n * interval '1 hour' / $orders
         FROM generate_series(1, $orders) AS n RETURNING 1) SELECT count(*) FROM new" >/dev/null
sql "WITH changed AS (UPDATE orders SET quantity = quantity + 1 WHERE order_id::int % 10 = 1 RETURNING 1)
         SELECT count(*) FROM changed" >/dev/null
sql "WITH gone AS (DELETE FROM orders WHERE order_id::int % 20 = 2 RETURNING 1) SELECT count(*) FROM gone" >/dev/null
sql "WITH last AS (INSERT INTO orders SELECT 'last ' || n, n, 1, 1 FROM generate_series(1, 1000) AS n RETURNING 1)
         SELECT count(*) FROM last" >/dev/null
await 180 "$engine" exact
for path in / /api/status /jobs /q/health /q/metrics; do
    ask "$path"
done

say "all counted, keeping what was learned"
kill "$engine"
wait "$engine" "$page" || true
[[ -s $cache ]]
