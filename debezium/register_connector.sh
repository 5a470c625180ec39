#!/usr/bin/env bash
# Registers the connector of connector-config.json with Kafka Connect, or brings a registered one up to date, and waits
# until it runs. May be run again at any time, with the variables that it was registered with: what is not set is what the default
# says, not what it was. It refuses to take tables from a registered connector, whose changes would be lost without a word.
# Needs bash and curl.
#
#   debezium/register_connector.sh             registers, or brings up to date
#   debezium/register_connector.sh --force     also where fewer tables would be read than before
#
# Environment:
#   CONNECT_URL                  address of Kafka Connect (default http://localhost:8083)
#   CONNECTOR_NAME               name of the connector (default orders-connector)
#   CONNECT_TIMEOUT_SECONDS      how long to wait for Connect, and again for the connector (default 120)
#
#   DEBEZIUM_POSTGRES_HOST, DEBEZIUM_POSTGRES_PORT, DEBEZIUM_POSTGRES_DB, DEBEZIUM_POSTGRES_USER,
#   DEBEZIUM_POSTGRES_PASSWORD   the database as Connect sees it. What is not set here, Connect takes from its own
#                                environment, where each of them must be set; it knows its way to the database, and
#                                the password then appears neither in a request nor in its topics. Connect needs the
#                                setting config.providers=env for that, with Kafka's EnvVarConfigProvider.
#   DEBEZIUM_SLOT_NAME           replication slot (default orders_slot)
#   DEBEZIUM_PUBLICATION_NAME    publication made by source.sql (default orders_publication)
#   DEBEZIUM_TABLES              tables of that publication to be read, with commas between (default public.orders)
#   DEBEZIUM_TOPIC_PREFIX        first part of the topic's name (default orders_cdc, for orders_cdc.public.orders)
set -euo pipefail

case $* in
    '') force=no ;;
    --force) force=yes ;;
    *)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

connect_url=${CONNECT_URL:-http://localhost:8083}
connect_url=${connect_url%/}
connector=${CONNECTOR_NAME:-orders-connector}
timeout=${CONNECT_TIMEOUT_SECONDS:-120}
config_file=$(dirname -- "${BASH_SOURCE[0]}")/connector-config.json

for name in HOST PORT DB USER PASSWORD; do
    variable=DEBEZIUM_POSTGRES_$name
    [[ -n ${!variable+set} ]] || export "$variable=\${env:$variable}"
done
export DEBEZIUM_SLOT_NAME=${DEBEZIUM_SLOT_NAME:-orders_slot}
export DEBEZIUM_PUBLICATION_NAME=${DEBEZIUM_PUBLICATION_NAME:-orders_publication}
export DEBEZIUM_TABLES=${DEBEZIUM_TABLES:-public.orders}
export DEBEZIUM_TOPIC_PREFIX=${DEBEZIUM_TOPIC_PREFIX:-orders_cdc}

code=
body=

# Ends a line of progress, prints the reasons and ends the script.
fail() {
    printf '\n' >&2
    printf '%s\n' "$@" >&2
    exit 1
}

# Prints a value as the inside of a JSON string.
json_escape() {
    local value=$1 char i
    for ((i = 0; i < ${#value}; i++)); do
        char=${value:i:1}
        case $char in
            '"' | \\) printf '\\%s' "$char" ;;
            [[:cntrl:]]) printf '\\u%04x' "'$char" ;;
            *) printf '%s' "$char" ;;
        esac
    done
}

# Prints the configuration with each ${NAME} replaced by that variable; what a value contains is not looked at again.
render() {
    local rest name
    rest=$(<"$config_file")
    while [[ $rest == *"\${"* ]]; do
        printf '%s' "${rest%%\$\{*}"
        rest=${rest#*\$\{}
        name=${rest%%\}*}
        rest=${rest#*\}}
        [[ -n ${!name+set} ]] || fail "$config_file asks for \${$name}, which is not known here"
        json_escape "${!name}"
    done
    printf '%s\n' "$rest"
}

# Says what is awaited and runs a command until it succeeds; gives up when the time is over.
await() {
    local what=$1 deadline=$((SECONDS + timeout))
    shift
    printf '%s ' "$what"
    until "$@"; do
        ((SECONDS < deadline)) || fail "gave up after $timeout s${body:+: $body}"
        printf '.'
        sleep 0.5
    done
    printf 'ok\n'
}

# Calls Connect; leaves the status code in $code and the answer in $body. Fails if there is none.
call() {
    local answer
    answer=$(curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' "$@" 2>&1) || {
        code=000 body=${answer%$'\n'000}
        return 1
    }
    code=${answer##*$'\n'}
    body=${answer%$'\n'*}
}

answers() {
    call "$connect_url/connectors" && [[ $code == 200 ]]
}

# Leaves what is registered in $body, and nothing where nothing is.
registered() {
    call "$connect_url/connectors/$connector/config" || return 1
    case $code in
        200) return 0 ;;
        404) body= ;;
        *) return 1 ;;
    esac
}

# Refuses to leave tables out that a registered connector reads: it would pass over their changes, and no view could tell.
keeps_tables() {
    [[ $force == no ]] || return 0
    await "looking for $connector" registered >/dev/null
    [[ $body =~ \"table\.include\.list\":\"([^\"]*)\" ]] || return 0
    local before=${BASH_REMATCH[1]} tables table gone=()
    IFS=', ' read -ra tables <<<"$before"
    for table in "${tables[@]}"; do
        [[ ,$(json_escape "${DEBEZIUM_TABLES//[[:space:]]/}"), == *",$table,"* ]] || gone+=("$table")
    done
    ((${#gone[@]} == 0)) || fail "$connector reads $before; it would no longer read ${gone[*]}, and the views over that would stand still." \
        "With the tables that it was registered with: DEBEZIUM_TABLES='$before' $0" "If you mean it: $0 --force"
}

# A worker that has just started, or is sharing out its work anew, says 409; that passes. The configuration goes through
# standard input, because a password among the arguments could be read by every user of the machine.
configured() {
    call --request PUT --header 'Content-Type: application/json' --data-binary @- \
        "$connect_url/connectors/$connector/config" <<<"$config" || return 1
    case $code in
        200 | 201) return 0 ;;
        409) return 1 ;;
        *) fail "Connect refused it (HTTP $code): $body" ;;
    esac
}

# Starts what had failed before; where nothing has changed for it, the registration left it as it was.
restarted() {
    call --request POST "$connect_url/connectors/$connector/restart?includeTasks=true&onlyFailed=true" || return 1
    [[ $code == 20? ]]
}

# The first state in the answer is the connector's, the next its only task's.
running() {
    call "$connect_url/connectors/$connector/status" && [[ $code == 200 ]] || return 1
    if [[ $body == *'"state":"FAILED"'* ]]; then
        local trace=${body#*\"trace\":\"}
        fail "failed: ${trace%%\\n*}" "for the whole of it: curl $connect_url/connectors/$connector/status"
    fi
    [[ $body =~ \"state\":\"RUNNING\".*\"state\":\"RUNNING\" ]]
}

config=$(render)
await "waiting for Kafka Connect at $connect_url" answers
keeps_tables
await "registering $connector" configured
await "starting again what failed, if anything" restarted
await "waiting for $connector to run" running
