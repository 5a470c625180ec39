# shellcheck shell=bash
# Sets JAVA_HOME to a JDK 25 or newer, or says what is missing and fails. To be sourced by bash.
# Looks at JAVA_HOME, at the java on the PATH, and at the folders that JDKs are usually installed in.

jdk25_version() {
    local release="$1/release" version
    [[ -x $1/bin/javac && -f $release ]] || return 1
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
    [[ -n $version ]] && printf '%s\n' "$version"
}

jdk25_find() {
    local on_path candidate version
    on_path=$(command -v java || true)
    [[ -z $on_path ]] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* /opt/*jdk* /opt/java/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [[ -n $candidate && -d $candidate ]] || continue
        version=$(jdk25_version "$candidate") || continue
        if ((version >= 25)); then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

if ! JAVA_HOME=$(jdk25_find); then
    printf '%s\n' "A JDK 25 or newer is needed, and none was found." \
        "Looked at JAVA_HOME, at the java on the PATH, and in the usual folders." \
        "Install one, for example Eclipse Temurin 25, or point JAVA_HOME at it." >&2
    # shellcheck disable=SC2317  # exit is for when this file is run, not sourced
    return 1 2>/dev/null || exit 1
fi
export JAVA_HOME
