#!/usr/bin/env bash
# Makes the files of a release in target/release: the program for a JVM with what is needed beside it, its bill of materials, and the
# checksums of both; and in target/notes.md what CHANGELOG.md tells of it.
#
#   release.sh VERSION      VERSION has to be that of pom.xml, and CHANGELOG.md has to have it with a date
#   release.sh rehearsal    the same files of the version that pom.xml has, whatever it is
#
# SIGNING_KEY, a private key as gpg --armor --export-secret-keys writes it, signs the checksums. The same sources make the same
# files, but for one: Quarkus numbers anew, each time, what it generates (quarkus/generated-bytecode.jar).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The text of the first such element, which in pom.xml is the project's own.
of_pom() { sed -n "s|^ *<$1>\(.*\)</$1>\$|\1|p" pom.xml | head -n 1; }

version=$(of_pom version)
time=$(of_pom project.build.outputTimestamp)
# The part of the changelog between this version's heading and the next one.
notes=$(awk -v version="${version%-SNAPSHOT}" '
    /^## / { inside = index($2 ",", version ",") == 1 }
    inside && !/^## /' CHANGELOG.md)

case ${1:-} in
    rehearsal) ;;
    "$version")
        [[ $version != *-SNAPSHOT ]] || fail "version $version of pom.xml is none to release; set it without -SNAPSHOT"
        grep -qE "^## $version, [0-9]{4}-[0-9]{2}-[0-9]{2}\$" CHANGELOG.md ||
            fail "CHANGELOG.md has no line '## $version, $(date +%F)'"
        ;;
    '') fail 'usage: release.sh VERSION | rehearsal' ;;
    *) fail "version $1 is not that of pom.xml, which is $version" ;;
esac

name=tally-$version
rm -rf target/release "target/$name"
./mvnw --quiet --batch-mode --no-transfer-progress package cyclonedx:makeBom -DskipTests
mkdir -p target/release "target/$name/db"
cp -r target/quarkus-app/. "target/$name"
cp src/main/resources/db/schema.sql "target/$name/db"
# Only committed files, so that nothing of this machine goes along.
git archive HEAD LICENSE ./*.md docs debezium examples grafana kubernetes prometheus | tar --extract --directory "target/$name"
tar --directory target --sort=name --mtime="$time" --owner=0 --group=0 --numeric-owner --mode=go=u,go-w --create "$name" |
    gzip --no-name --best >"target/release/$name.tar.gz"
cp target/bom.json "target/release/$name.cdx.json"
printf '%s\n' "$notes" >target/notes.md

cd target/release
sha256sum "$name".* >SHA256SUMS
if [[ -n ${SIGNING_KEY:-} ]]; then
    GNUPGHOME=$(mktemp -d)
    export GNUPGHOME
    trap 'rm -rf "$GNUPGHOME"' EXIT
    gpg --batch --quiet --import <<<"$SIGNING_KEY"
    gpg --batch --quiet --armor --detach-sign SHA256SUMS
fi
ls -l
