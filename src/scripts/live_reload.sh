#!/usr/bin/env bash
# Passes if live reload works: starts the stack without the engine, and the engine in development mode; changes a line of Java and a
# line of the page, and sees both answer by HTTP; changes them back, and sees that; misspells a column of the view, sees what
# PostgreSQL says of it in place of the page, and mends it. Each time the engine has to run again, with the threads and metrics it
# had before, and has to have said nothing in warning. Ends all that it started.
#
# Works on a copy of the sources in target/live-reload, so that nothing of yours changes, however it ends. Takes two minutes.
# The ports are those of start_pipeline.sh, moved by the same variables.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=$here/target/live-reload/copy
log=$here/target/live-reload/engine.log
page=http://localhost:${HTTP_PORT:-8081}
# shellcheck source=src/scripts/jdk25.sh
. "$here/src/scripts/jdk25.sh"

fail() {
    printf '\n%s\n' "$1" >&2
    [[ ! -f $log ]] || printf '%s\n' "The end of ${log#"$here"/}:" "$(tail -n 20 "$log")" >&2
    exit 1
}

# await SECONDS TEXT COMMAND...
await() {
    local begin=$SECONDS limit=$1 text=$2
    shift 2
    until "$@"; do
        kill -0 "$maven" 2>/dev/null || fail "$text: development mode has ended"
        if ((SECONDS - begin >= limit)); then
            [[ $1 != same ]] || diff <(printf '%s\n' "$before") <(parts) >&2 || true
            fail "$text: not within $limit s"
        fi
        sleep 0.5
    done
    printf '%s: ok (%s s)\n' "$text" $((SECONDS - begin))
}

# A request is what makes Quarkus look for changes; so the first one after a change waits for the reload.
ask() { curl --silent --fail --max-time 60 "$page$1"; }
answers() { [[ $(ask "$1") == *"$2"* ]]; }
works() {
    answers /api/status '"state":"RUNNING"' &&
        ask /q/metrics | grep -q '^tally_ingest_records_total{outcome="applied",view="order_agg"} [1-9]'
}

# The page that Quarkus shows in place of an application that did not start: PostgreSQL's message, the line, and a caret below the column.
refuses() {
    local shown
    shown=$(curl --silent --max-time 60 "$page/") || return 1
    [[ $shown == *'Error restarting Quarkus'*'view order_agg: column "prise" does not exist'*LINE*prise* &&
        $(grep -A 1 '^LINE.*prise' <<<"$shown" | sed -n '2s/^ *//p') == '^' ]]
}

# No line that the engine has logged since it was last asked may be a complaint. The Kafka client warns of what a rebalance leaves behind.
heard=0
is_calm() {
    local said
    said=$(tail -n "+$((heard + 1))" "$log")
    heard=$(wc -l <"$log")
    ! grep -E ' (WARN|ERROR) |Exception' <<<"$said" | grep -v ' \[OffsetFetcherUtils\] ' || fail 'the engine complained'
}

# The engine's threads, its metrics, and how many partitions it has.
parts() {
    "$JAVA_HOME/bin/jcmd" "$(ps -o pid= --ppid "$maven" | tr -d ' ')" Thread.print |
        sed -n 's/^"\([^"]*\(tally\|kafka\)[^"]*\)".*/thread \1/p' | sort
    ask /q/metrics | sed -n '/^tally_ingest_partitions /p; s/^\(tally_[^ ]*\) .*/\1/p' | sort
}
found() {
    before=$(parts)
    [[ $before == *'thread tally-read-1'*'tally_ingest_partitions '[1-9]* ]]
}
same() { [[ $(parts) == "$before" ]]; }

end() {
    trap - EXIT
    if [[ -n ${maven:-} ]]; then
        kill "$maven" 2>/dev/null || true
        wait "$maven" || true
    fi
    "$copy/start_pipeline.sh" stop
}

# change FILE FROM TO PATH ANSWER: PATH has to answer so then, and the engine to be what it was.
change() {
    local file=$copy/$1 from=$2 to=$3 path=$4 answer=$5
    grep -qF "$from" "$file" || fail "$1 has no line with $from any more"
    sed -i "s|$from|$to|" "$file"
    await 60 "${1##*/} changed: $answer" answers "$path" "$answer"
    await 60 'the engine works' works
    await 30 'with the threads and metrics it had' same
}

if [[ -d $copy ]]; then
    "$copy/start_pipeline.sh" stop
    rm -rf "$copy"
fi
mkdir -p "$copy/target"
find "$here" -mindepth 1 -maxdepth 1 ! -name target ! -name .git -exec cp -a -t "$copy" {} +
# Parts that are built already need not be built again.
for built in quarkus-app stack; do
    [[ ! -d $here/target/$built ]] || cp -a "$here/target/$built" "$copy/target"
done

trap end EXIT
"$copy/start_pipeline.sh" --embedded --without-engine
cd "$copy"
# Tests are neither compiled nor offered, and nobody answers the question whether Quarkus may count.
./mvnw --batch-mode --no-transfer-progress quarkus:dev -Ddebug=false -Dmaven.test.skip -Dspotless.check.skip \
    -Dquarkus.test.continuous-testing=disabled -Dquarkus.analytics.disabled=true >"$log" 2>&1 </dev/null &
maven=$!
await 180 'development mode answers' answers /q/health/live UP
await 60 'the engine works' works
await 30 'its threads and metrics are found' found

java=src/main/java/io/tally/status/JobsResource.java
html=src/main/resources/META-INF/resources/index.html
change $java '"tally " + status.topic()' '"changed " + status.topic()' /jobs/overview '"name":"changed '
change $html '<title>Tally</title>' '<title>Changed</title>' / '<title>Changed</title>'
change $java '"changed " + status.topic()' '"tally " + status.topic()' /jobs/overview '"name":"tally '
change $html '<title>Changed</title>' '<title>Tally</title>' / '<title>Tally</title>'
[[ $(grep -c 'Live reload total time' "$log") -ge 2 ]] || fail 'Quarkus does not say that it reloaded'
is_calm

views=src/main/resources/views.sql
sed -i 's|price)|prise)|' "$copy/$views"
await 60 'a view that PostgreSQL refuses is shown with its line' refuses
heard=$(wc -l <"$log")
change $views 'prise)' 'price)' / '<title>Tally</title>'
is_calm
