#!/usr/bin/env bash
# The whole pipeline with one command: orders in PostgreSQL become rows in order_agg, or in the results of the views that
# TALLY_VIEWS names.
#
#   ./start_pipeline.sh [--embedded | --docker]    builds, starts everything, waits until results flow, returns
#   ./start_pipeline.sh --embedded --without-engine    everything but the engine, for ./mvnw quarkus:dev
#   ./start_pipeline.sh --embedded --two-databases     results on a PostgreSQL of their own, apart from the orders; --docker likewise
#   ./start_pipeline.sh engine                     starts the embedded engine again, after it has ended or was killed
#   ./start_pipeline.sh status                     what runs
#   ./start_pipeline.sh stop                       stops everything that the start began, and removes its data
#
# --embedded: real PostgreSQL, Kafka, Connect and Debezium as local processes, without Docker. --docker: the containers of
# docker-compose.yml, with Prometheus and Grafana. Neither: Docker if its engine answers, else embedded.
#
# Environment: the ports and addresses of the README's table. Each of these moves a port:
#   POSTGRES_PORT (5432), KAFKA_BOOTSTRAP_SERVERS (localhost:9092), CONNECT_URL (http://localhost:8083), HTTP_PORT (8081),
#   and with --two-databases RESULTS_PORT (5433)
# TALLY_VIEWS=examples/market/views.sql has the engine keep other views. The table.sql beside that file makes the tables they need.
# ENGINE_IMAGE=jvm has the containers run on a JVM; by default they run a native executable, which takes minutes to build.
# The generator's settings: TALLY_DATAGEN_PER_MINUTE (100), TALLY_DATAGEN_CUSTOMERS (100), and the other settings of
# docs/operations.md. For the containers, .env can hold all of these; .env.example says which there are.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=$here/target/pipeline
application=$here/target/quarkus-app/quarkus-run.jar
stack=$here/target/stack/tally-stack.jar

# Little memory: the collector that needs none itself, and what compilers leave behind goes back to the system.
jvm=(-XX:+UseSerialGC -XX:TrimNativeHeapInterval=5000)

with_engine=yes
two_databases=no
in_containers=no
engine_alone=no

# Where the processes listen. Those that run are asked, whatever the environment says now.
local_addresses() {
    if [[ -f $run/addresses ]]; then
        # shellcheck source=/dev/null
        . "$run/addresses"
    fi
    export POSTGRES_HOST=localhost
    export POSTGRES_PORT=${POSTGRES_PORT:-5432}
    export RESULTS_PORT=${RESULTS_PORT:-5433}
    export KAFKA_BOOTSTRAP_SERVERS=${KAFKA_BOOTSTRAP_SERVERS:-localhost:9092}
    export CONNECT_URL=${CONNECT_URL:-http://localhost:8083}
    export HTTP_PORT=${HTTP_PORT:-8081}
    kafka_port=${KAFKA_BOOTSTRAP_SERVERS##*:}
    connect_port=$(port_of "$CONNECT_URL")
    page=http://localhost:$HTTP_PORT
}

# The port in a URL.
port_of() {
    local port=${1##*:}
    printf '%s\n' "${port%%/*}"
}

# The tables of the views: the SQL beside their file that makes them, and what the connector has to read. Every table that is to be
# read has to be in the publication, so that SQL names them.
views_tables() {
    tables_file=
    [[ -n ${TALLY_VIEWS:-} ]] || return 0
    [[ -f $TALLY_VIEWS ]] || fail "TALLY_VIEWS=$TALLY_VIEWS is not a file"
    TALLY_VIEWS=$(realpath "$TALLY_VIEWS")
    local beside=${TALLY_VIEWS%/*}/table.sql added
    [[ -f $beside ]] || return 0
    tables_file=$beside
    added=$(sed -n 's/^ALTER PUBLICATION orders_publication ADD TABLE \(.*\);.*/,\1/p' "$beside" | tr -d ' \n')
    export TALLY_VIEWS DEBEZIUM_TABLES=public.orders$added
}

say() { printf '%s\n' "$*"; }

fail() {
    printf '\n' >&2
    printf '%s\n' "$@" >&2
    exit 1
}

# ---- processes -----------------------------------------------------------------------------------------------------
# Each has a file with its pid and the time it was started, so that another process with the same pid is not taken for it.

born() { ps -o lstart= -p "$1" 2>/dev/null; }

pid_of() {
    local pid birth
    [[ -f $run/$1.pid ]] || return 1
    { read -r pid && read -r birth; } <"$run/$1.pid" || return 1
    [[ -n $pid && "$(born "$pid")" == "$birth" ]] || return 1
    printf '%s\n' "$pid"
}

launch() {
    local name=$1
    shift
    nohup setsid "$@" >"$run/$name.log" 2>&1 </dev/null &
    local pid=$!
    disown
    printf '%s\n%s\n' "$pid" "$(born "$pid")" >"$run/$name.pid"
}

end() {
    local name=$1 pid
    if pid=$(pid_of "$name"); then
        printf 'stopping %s ' "$name"
        kill "$pid" 2>/dev/null || true
        for ((i = 0; i < 300; i++)); do
            [[ -n $(born "$pid") ]] || break
            ((i % 10)) || printf '.'
            sleep 0.1
        done
        if [[ -n $(born "$pid") ]]; then
            kill -KILL "$pid"
            say ' killed, it did not stop within 30 s'
        else
            say ' ok'
        fi
    fi
    rm -f "$run/$name.pid"
}

end_all() {
    end datagen
    end engine
    end stack
    rm -f "$run/addresses" "$run/engine.settings"
}

# ---- containers ----------------------------------------------------------------------------------------------------

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

compose() {
    local files=()
    [[ $two_databases == no ]] || files=(--file "$here/docker-compose.yml" --file "$here/docker-compose.two-databases.yml")
    if docker compose version >/dev/null 2>&1; then
        docker compose --project-directory "$here" "${files[@]}" "$@"
    else
        # The images are built with BuildKit, which this version uses only if told to.
        DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1 docker-compose --project-directory "$here" "${files[@]}" "$@"
    fi
}

# Whether the containers that run have a second database.
find_two_databases() {
    if docker inspect sp_results >/dev/null 2>&1; then
        two_databases=yes
    fi
}

containers_there() { docker_answers && [[ -n $(compose ps --quiet 2>/dev/null) ]]; }

# Where a service's port is on this machine; .env may have moved it.
published() { printf 'localhost:%s\n' "$(port_of "$(compose port "$1" "$2")")"; }

container_addresses() {
    page=http://$(published engine 8081)
    CONNECT_URL=http://$(published connect 8083)
}

# ---- waiting -------------------------------------------------------------------------------------------------------

# await SECONDS PROCESS TEXT COMMAND...: says what is awaited and runs the command until it succeeds. If the process ends
# or the time is over, shows the end of its log and stops everything.
await() {
    local limit=$1 process=$2 text=$3 begin=$SECONDS
    shift 3
    printf '%s ' "$text"
    until "$@"; do
        if ! runs "$process"; then
            give_up "$process" "$process has ended"
        fi
        ((SECONDS - begin < limit)) || give_up "$process" "not within $limit s"
        printf '.'
        sleep 1
    done
    say " ok ($((SECONDS - begin)) s)"
}

runs() {
    if [[ $in_containers == yes ]]; then
        [[ $(docker inspect --format '{{.State.Running}}' "sp_$1") == true ]]
    else
        pid_of "$1" >/dev/null
    fi
}

# Processes are stopped; containers stay to be looked at.
give_up() {
    if [[ $in_containers == yes ]]; then
        printf '\n\n%s. The end of docker logs sp_%s:\n\n' "$2" "$1" >&2
        docker logs --tail 20 "sp_$1" >&2
        exit 1
    fi
    printf '\n\n%s. The end of %s:\n\n' "$2" "${run#"$here"/}/$1.log" >&2
    tail -n 20 "$run/$1.log" >&2
    printf '\n' >&2
    if [[ $engine_alone == yes ]]; then
        end engine >&2
    else
        end_all >&2
    fi
    exit 1
}

answer() { curl --silent --fail --max-time 5 "$@" 2>/dev/null; }

# Asks the database that holds the results.
query() {
    if [[ $in_containers == yes ]]; then
        docker exec "sp_$results_server" psql --username postgres --dbname streaming --pset footer=off --command "$1" | grep .
        return
    fi
    query_at "$results_port" "$1"
}

# query_at PORT SQL
query_at() {
    "$JAVA_HOME/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$stack" io.tally.stack.Query \
        "jdbc:postgresql://localhost:$1/streaming?user=postgres&password=postgres" "$2"
}

stack_ready() { grep -q '^ready$' "$run/stack.log"; }
engine_answers() { answer "$page/q/health/live" >/dev/null; }
engine_runs() { answer "$page/jobs" | grep -q '"RUNNING"'; }
# The views that the engine keeps, a name a line.
kept_views() { answer "$page/q/metrics" | sed -n 's/^tally_view_stopped{view="\([^"]*\)"}.*/\1/p'; }
all_views_run() {
    local states
    states=$(answer "$page/api/views" | grep -o '"state":"[A-Z]*"') && ! grep -qv RUNNING <<<"$states"
}
# A minute that was not over when everything ran, so that its rows came all the way.
results_flow() {
    [[ $(query "SELECT count(*) FROM order_agg_final WHERE window_start >= date_trunc('minute', to_timestamp($began))" \
        2>/dev/null | tail -n 1) -gt 0 ]]
}

# ---- commands ------------------------------------------------------------------------------------------------------

build() {
    local newer=
    [[ -f $application ]] && newer=$(find "$here/pom.xml" "$here/src/main" -newer "$application" -print -quit)
    if [[ ! -f $application || -n $newer ]]; then
        say 'building the application; the first time, Maven fetches what it needs'
        "$here/mvnw" --quiet --batch-mode -Dstyle.color=never --file "$here/pom.xml" package -DskipTests -Dspotless.check.skip=true
    fi
    newer=
    [[ -f $stack ]] && newer=$(find "$here"/debezium/*.sql "$here/src/stack" -newer "$stack" -print -quit)
    if [[ ! -f $stack || -n $newer ]]; then
        say 'building the stack of PostgreSQL, Kafka, Connect and Debezium'
        "$here/mvnw" --quiet --batch-mode -Dstyle.color=never --file "$here/src/stack/pom.xml" package
    fi
}

start_embedded() {
    local name running=
    for name in stack engine datagen; do
        pid_of "$name" >/dev/null && running+=" $name"
    done
    if [[ -n $running ]]; then
        fail "already running:$running. ./start_pipeline.sh status says more, ./start_pipeline.sh stop ends it"
    fi
    local_addresses
    views_tables
    # shellcheck source=src/scripts/jdk25.sh
    . "$here/src/scripts/jdk25.sh"
    mkdir -p "$run"
    build
    for name in POSTGRES_PORT RESULTS_PORT KAFKA_BOOTSTRAP_SERVERS CONNECT_URL HTTP_PORT; do
        printf '%s=%q\n' "$name" "${!name}"
    done >"$run/addresses"
    for name in two_databases TALLY_VIEWS TALLY_LIVE; do
        [[ -z ${!name:-} ]] || printf 'export %s=%q\n' "$name" "${!name}"
    done >"$run/engine.settings"

    trap 'say; say "interrupted"; end_all; exit 130' INT TERM
    local results=()
    find_results
    [[ $two_databases == no ]] || results=(--results-port "$RESULTS_PORT")
    launch stack "$JAVA_HOME/bin/java" -Xmx64m -jar "$stack" --dir "$run/stack" \
        --postgres-port "$POSTGRES_PORT" "${results[@]}" --kafka-port "$kafka_port" --connect-port "$connect_port"
    await 180 stack 'starting PostgreSQL, Kafka and Connect' stack_ready
    if [[ -n $tables_file ]]; then
        query_at "$POSTGRES_PORT" "$(<"$tables_file")" || give_up stack "$tables_file is refused"
    fi
    if ! "$here/debezium/register_connector.sh"; then
        end_all >&2
        exit 1
    fi
    if [[ $with_engine == yes ]]; then
        launch_engine
    fi
    POSTGRES_USER=datagen POSTGRES_PASSWORD=datagen QUARKUS_PROFILE=datagen \
        launch datagen "$JAVA_HOME/bin/java" "${jvm[@]}" -XX:TieredStopAtLevel=1 -Xms8m -Xmn2m -Xmx64m \
        -jar "$application"
    if [[ $with_engine == no ]]; then
        say "orders are written; the engine is yours:${apart[*]:+ ${apart[*]}} ./mvnw quarkus:dev"
        return
    fi
    show_results
    say "logs      ${run#"$here"/}/*.log, ${run#"$here"/}/stack/logs/"
    say "stop      ./start_pipeline.sh stop"
}

# Where the results are, and what tells an engine so.
find_results() {
    results_port=$POSTGRES_PORT
    apart=()
    [[ $two_databases == yes ]] || return 0
    results_port=$RESULTS_PORT
    apart=(SOURCE_POSTGRES_PORT="$POSTGRES_PORT" POSTGRES_PORT="$RESULTS_PORT")
}

launch_engine() {
    # As debezium/connector-config.json has it.
    TALLY_SOURCE_REPLACE_NULL_WITH_DEFAULT=false launch engine env "${apart[@]}" \
        "$JAVA_HOME/bin/java" "${jvm[@]}" -Xms16m -Xmx256m -XX:+ExitOnOutOfMemoryError -jar "$application"
    await 60 engine 'starting the engine' engine_answers
}

# The engine alone, with the views and addresses that the pipeline was started with.
start_engine() {
    local pid
    pid_of stack >/dev/null || fail 'no embedded pipeline runs; ./start_pipeline.sh --embedded starts one'
    # One that was killed a moment ago may not be gone yet.
    for ((i = 0; i < 50; i++)); do
        pid=$(pid_of engine) || break
        sleep 0.1
    done
    [[ -z $pid ]] || fail "the engine runs, pid $pid"
    local_addresses
    # shellcheck source=/dev/null
    . "$run/engine.settings"
    # shellcheck source=src/scripts/jdk25.sh
    . "$here/src/scripts/jdk25.sh"
    find_results
    engine_alone=yes
    # The log of the one that has ended may say why.
    [[ ! -f $run/engine.log ]] || mv "$run/engine.log" "$run/engine.log.before"
    launch_engine
    await 120 engine 'orders reach the engine' engine_runs
}

start_containers() {
    docker_answers || fail 'no Docker engine answers; ./start_pipeline.sh --embedded needs none'
    views_tables
    # These name an address in the other ways to start.
    if [[ -n ${TALLY_VIEWS:-} ]]; then
        export VIEWS_FILE=$TALLY_VIEWS TABLES_FILE=${tables_file:-/dev/null}
    fi
    [[ -z ${KAFKA_BOOTSTRAP_SERVERS:-} ]] || export KAFKA_PORT=${KAFKA_BOOTSTRAP_SERVERS##*:}
    if [[ -n ${CONNECT_URL:-} ]]; then
        CONNECT_PORT=$(port_of "$CONNECT_URL")
        export CONNECT_PORT
    fi
    compose up --detach --build || fail 'the containers did not start; docker compose ps and docker compose logs say more'
    in_containers=yes
    results_server=postgres
    [[ $two_databases == no ]] || results_server=results
    container_addresses
    await 180 engine 'starting the engine' engine_answers
    show_results
    say "dashboards http://$(published grafana 3000)"
    say "logs      docker compose logs"
    say "stop      ./start_pipeline.sh stop"
}

# Waits for the first results, shows them, and says where to look.
show_results() {
    await 120 engine 'orders reach the engine' engine_runs
    local views view
    views=$(kept_views)
    if [[ $views == order_agg ]]; then
        began=$EPOCHSECONDS
        await 120 engine 'waiting for the first minute to be over' results_flow
        say
        query 'SELECT window_start, customer_id, gross_sales, order_count FROM order_agg_final
               ORDER BY window_start DESC, gross_sales DESC LIMIT 5'
    else
        await 120 engine 'waiting for all views to be kept' all_views_run
        for view in $views; do
            say
            say "$view"
            query "SELECT * FROM $view LIMIT 5"
        done
    fi
    say
    if [[ $in_containers == yes ]]; then
        say "results   docker exec -it sp_postgres psql -U postgres -d streaming   tables ${views//$'\n'/, }"
    else
        say "results   psql -h localhost -p $POSTGRES_PORT -U postgres -d streaming   (password postgres), tables ${views//$'\n'/, }"
    fi
    say "page      $page/"
    say "engine    curl $page/api/status"
    say "connector curl $CONNECT_URL/connectors/orders-connector/status"
}

status() {
    local name pid any=1
    if containers_there; then
        find_two_databases
        container_addresses
        compose ps
        say "engine: $(answer "$page/jobs" || say "$page does not answer")"
        say "connector: $(answer "$CONNECT_URL/connectors/orders-connector/status" || say "$CONNECT_URL does not answer")"
        return
    fi
    local_addresses
    for name in stack engine datagen; do
        if pid=$(pid_of "$name"); then
            say "$name runs, pid $pid"
            any=0
        else
            say "$name does not run"
        fi
    done
    if pid_of engine >/dev/null; then
        say "engine: $(answer "$page/jobs" || say "does not answer on port $HTTP_PORT")"
    fi
    if pid_of stack >/dev/null; then
        say "connector: $(answer "$CONNECT_URL/connectors/orders-connector/status" || say "$CONNECT_URL does not answer")"
    fi
    return $any
}

stop() {
    local name running=
    for name in stack engine datagen; do
        pid_of "$name" >/dev/null && running+=" $name"
    done
    end_all
    rm -rf "$run"
    if containers_there; then
        find_two_databases
        compose down --volumes
        running+=' containers'
    fi
    [[ -n $running ]] || say 'nothing runs'
}

case ${1:-} in
    '')
        if docker_answers; then
            start_containers
        else
            start_embedded
        fi
        ;;
    --embedded)
        for option in "${@:2}"; do
            case $option in
                --without-engine) with_engine=no ;;
                --two-databases) two_databases=yes ;;
                *) fail "unknown option $option" ;;
            esac
        done
        start_embedded
        ;;
    --docker)
        case ${2:-} in
            '') ;;
            --two-databases) two_databases=yes ;;
            *) fail "unknown option $2" ;;
        esac
        start_containers
        ;;
    engine) start_engine ;;
    status) status ;;
    stop) stop ;;
    *)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
