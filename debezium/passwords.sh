#!/usr/bin/env bash
# Gives the roles of source.sql, results.sql and grafana/role.sql that are there the passwords of the environment. The database
# container runs it when its volume is new; to change passwords later, set them in .env and:
#
#   docker compose up -d && docker exec sp_postgres bash /docker-entrypoint-initdb.d/30-passwords.sh
set -euo pipefail

# Read by psql itself: arguments could be seen by every user of the machine.
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv admin POSTGRES_PASSWORD
\getenv engine ENGINE_PASSWORD
\getenv debezium DEBEZIUM_PASSWORD
\getenv datagen DATAGEN_PASSWORD
\getenv dashboards DASHBOARDS_PASSWORD
ALTER ROLE CURRENT_USER PASSWORD :'admin';
SELECT format('ALTER ROLE %I PASSWORD %L', role, password)
FROM (VALUES ('tally', :'engine'), ('debezium', :'debezium'), ('datagen', :'datagen'), ('dashboards', :'dashboards'))
    AS given (role, password)
WHERE role IN (SELECT rolname FROM pg_roles)
\gexec
SQL
