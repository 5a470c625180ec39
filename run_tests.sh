#!/usr/bin/env bash
# Everything that a change has to pass.
#
#   ./run_tests.sh          scripts, compose file and alerts, units, and the engine on a real PostgreSQL, Kafka, Connect and
#                           Debezium. Installs Debian's packages that are missing, where it may; else says which
#   ./run_tests.sh quick    what needs no stack and no packages: units, the decoder's fuzz tests, 5,000 simulated schedules
#
# Needs Linux and a JDK 25, which it looks for by itself; Maven comes by ./mvnw.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

maven() { ./mvnw --batch-mode --no-transfer-progress "$@"; }

compose() {
    if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}

# Prints the packages that bring what is not there.
missing_packages() {
    command -v shellcheck >/dev/null || echo shellcheck
    command -v promtool >/dev/null || echo prometheus
    # The page is tested in a browser.
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
    compose version >/dev/null 2>&1 || echo docker-compose
    command -v codespell >/dev/null || echo codespell
}

install_missing() {
    local packages as_root=()
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]})) || return 0
    if ((EUID != 0)); then
        as_root=(sudo -n)
    fi
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
        printf '%s\n' "These are missing: ${packages[*]}. On Debian or Ubuntu:" \
            "  sudo apt-get install --no-install-recommends ${packages[*]}" \
            "./run_tests.sh quick needs none of them." >&2
        exit 1
    fi
    echo "installing ${packages[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

case ${1:-} in
    quick) maven test ;;
    '')
        install_missing
        shellcheck --external-sources .ci/run mvnw ./*.sh debezium/*.sh src/scripts/*.sh src/main/docker/*.sh
        codespell
        compose config --quiet
        compose --file docker-compose.yml --file docker-compose.two-databases.yml config --quiet
        promtool check config prometheus/prometheus.yml
        promtool test rules prometheus/alerts_test.yml
        maven verify
        ;;
    *)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
