#!/usr/bin/env bash
# Runs the application until it answers, asks for its pages, stops it, and has the JVM keep what it learned.
#
#   train.sh FOLDER CACHE    FOLDER is a quarkus-app, CACHE the file to be written
#
# There is no database and no broker: the engine waits for both, which takes most of its classes already.
set -euo pipefail

application=$1
cache=$2
port=${HTTP_PORT:-8081}

# The options that say where objects are and how large: the same as those the cache is used with.
java -XX:AOTCacheOutput="$cache" -XX:+UseCompactObjectHeaders -jar "$application/quarkus-run.jar" &
engine=$!

ask() { java -cp "$application/app/*" io.tally.Main healthy; }
for ((i = 0; i < 60; i++)); do
    if ask >/dev/null; then
        break
    fi
    sleep 1
done
ask

for path in /api/status /jobs /q/health /q/metrics; do
    exec 3<>"/dev/tcp/localhost/$port"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$path" >&3
    cat <&3 >/dev/null
done

kill "$engine"
wait "$engine" || true
[[ -s $cache ]]
