#!/usr/bin/env bash
# Runs what an image holds as its container would, without a container engine: the same files at the same paths, a root file system
# that cannot be written, user 1001 without capabilities, and the command of the Dockerfile.
#
#   like_a_container.sh build                 JVM: builds the application and trains its cache, as Dockerfile.jvm does.
#                                             Native: takes the executable that ./mvnw package -Dnative has made
#   like_a_container.sh [OPTION...]           starts the engine. CACHE=no leaves the JVM's cache out
#   like_a_container.sh healthy               asks it, by the command of the image's health check
#
# So tests run it, too: ./mvnw verify -Dengine.executable=src/scripts/like_a_container.sh -Dit.test=CrashIT
# IMAGE=native is the other image; by default it is the JVM's.
#
# Needs Linux and root. Not the image's: the C library is this machine's, Java is JAVA_HOME's, the network is the machine's, and
# nothing bounds memory; what a JVM in 512 MB chooses by itself, it is told here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
image=${IMAGE:-jvm}
container=$here/target/container/$image
dockerfile=$here/src/main/docker/Dockerfile.$image
# shellcheck source=src/scripts/jdk25.sh
. "$here/src/scripts/jdk25.sh"

# The words of an instruction in exec form, one a line.
words() {
    sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' "$dockerfile" | sed -n "s/^$1.*\[\(.*\)\]\$/\1/p" |
        sed 's/^ *"//; s/" *$//; s/", *"/\n/g'
}

# inside COMMAND...: in the container's file system; with WRITABLE=yes as a step of the build, else as the container.
inside() {
    local as=(setpriv --reuid=1001 --regid=1001 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs)
    [[ ${WRITABLE:-no} == no ]] || as=()
    # shellcheck disable=SC2016  # the inner shell expands these
    exec unshare --mount bash -c '
        set -euo pipefail
        root=$1 java=$2 writable=$3 temporary=$4
        shift 4
        mount -t tmpfs -o mode=755 tally "$root"
        for folder in usr etc bin sbin lib lib64 opt/java/openjdk app; do
            case $folder in
                opt/java/openjdk) from=$java ;;
                app) from=$root.app ;;
                *) from=/$folder ;;
            esac
            [[ -e $from ]] || continue
            if [[ -L $from ]]; then
                ln -s "$(readlink "$from")" "$root/$folder"
                continue
            fi
            mkdir -p "$root/$folder"
            mount --bind "$from" "$root/$folder"
            [[ $folder == app && $writable == yes ]] || mount -o remount,bind,ro "$root/$folder"
        done
        mkdir "$root/proc" "$root/dev" "$root/tmp"
        mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o exec,mode=1777,size="$temporary" tally "$root/tmp"
        mount -o remount,ro "$root"
        exec chroot "$root" "$@"
    ' container "$container/root" "$JAVA_HOME" "${WRITABLE:-no}" "${TEMPORARY:-64m}" \
        "${as[@]}" env PATH=/opt/java/openjdk/bin:/usr/bin:/bin LANG=C.UTF-8 QUARKUS_HTTP_HOST=0.0.0.0 "$@"
}

build_jvm() {
    mkdir -p "$container/build/src"
    cp -a "$here/pom.xml" "$here/.mvn" "$container/build"
    cp -a "$here/src/main" "$container/build/src"
    "$here/mvnw" -q -B -f "$container/build/pom.xml" package -DskipTests -Dspotless.check.skip -Dquarkus.package.jar.aot.enabled=true
    cp -a "$container/build/target/quarkus-app" "$container/root.app"
    "$here/mvnw" -q -B -f "$here/src/stack/pom.xml" package
    mkdir -p "$container/root.app/.training/stack"
    cp -a "$here/target/stack/tally-stack.jar" "$here/target/stack/lib" "$container/root.app/.training/stack"
    cp -a "$here/debezium" "$here/src/main/docker/train.sh" "$container/root.app/.training"
    export POSTGRES_PORT=${POSTGRES_PORT:-15432} KAFKA_PORT=${KAFKA_PORT:-19092} CONNECT_PORT=${CONNECT_PORT:-18083}
    export HTTP_PORT=${HTTP_PORT:-18081}
    (
        WRITABLE=yes TEMPORARY=4g
        inside bash /app/.training/train.sh /app /app/.training/stack/tally-stack.jar /app/.training/debezium /app/tally.aot
    )
    rm -r "$container/root.app/.training"
}

build_native() {
    mkdir "$container/root.app"
    install -m 0755 "$here"/target/*-runner "$container/root.app/tally"
}

case ${1:-} in
    build)
        rm -rf "$container"
        mkdir -p "$container/root"
        "build_$image"
        ;;
    healthy)
        mapfile -t command < <(words HEALTHCHECK)
        inside "${command[@]}"
        ;;
    *)
        command=()
        while read -r word; do
            [[ $word == -XX:AOTCache=* && ${CACHE:-yes} == no ]] || command+=("$word")
        done < <(words ENTRYPOINT)
        options=()
        [[ $image == native ]] || options=(-XX:+UseSerialGC -XX:MaxRAM=512m)
        for option in "$@"; do
            # A bound on the heap is the image's own business, and its temporary folder is its own.
            [[ $option == -Xmx* || $option == -Djava.io.tmpdir=* ]] || options+=("$option")
        done
        if [[ $image == native ]]; then
            inside "${command[@]}" "${options[@]}"
        else
            JDK_JAVA_OPTIONS="${options[*]}" inside "${command[@]}"
        fi
        ;;
esac
