#!/bin/sh
# An org with one seat, its holder, and what they may do, by curl.
#
#     [AGENCYGRID_URL=http://127.0.0.1:8420] quickstart.sh
set -eu
url=${AGENCYGRID_URL:-http://127.0.0.1:8420}

# ask VERB PATH [BODY]: an answer that is an error ends it.
ask() {
    curl --silent --show-error --fail-with-body --request "$1" "$url$2" \
        --header 'Content-Type: application/json' ${3:+--data "$3"}
    echo
}

ask POST /v1/orgs '{"orgId": "curl", "owner": {"subjectId": "ada"}, "identity": "curl-ada",
    "credential": {"credentialId": "ada-key", "kind": "CREDENTIAL_KIND_API_KEY"}}'
ask POST /v1/orgs/curl/permissions '{"permission": "deploy"}'
ask POST /v1/orgs/curl/role-types '{"roleType": "releaser", "permissions": ["deploy"]}'
ask POST /v1/orgs/curl/subjects '{"subjectId": "bot", "type": "SUBJECT_TYPE_AGENT", "name": "Bot"}'
ask POST /v1/orgs/curl/roles '{"roleId": "release.desk", "roleType": "releaser",
    "holderSubjectIds": ["bot"]}'
ask GET /v1/orgs/curl/roles/release.desk
ask POST /v1/orgs/curl:check '{"subject": "bot", "permission": "deploy", "object": "org"}'
