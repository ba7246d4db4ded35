#!/usr/bin/env bash
# Part of scripts/bench: how each contender is told to send the same requests. A function
# peer_NAME SCHEME WORKERS ROWS makes what it reads, outside of the measured time, and sets `command`.
#
# Those that can read a list of requests get one; wrk and h2load send one and the same request, hey
# too: they read no list and write no results, and are the ceiling.

: "${bin:?}" "${work:?}" "${npm_folder:?}"
readonly token=benchmark
readonly headers=(-H "Authorization: Bearer $token" -H 'Content-Type: application/json')
readonly one_target=/api/managed_users/EA1/custom_oauth_profiles/322/assign

# rows_file ROWS: its name. Made once: five columns, a tenth of the names quoted, every customer once.
rows_file() {
    local file=$work/rows-$1.csv
    [ -e "$file" ] || awk -v rows="$1" 'BEGIN {
        print "Account,Operation,External ID,Profile ID,Force"
        for (i = 1; i <= rows; ++i) {
            name = i % 10 ? "Example Customer " i : "\"Example, Customer " i "\""
            if (i % 8) printf "%s,assign,A%d,322,\n", name, 230000 + i
            else printf "%s,unassign,A%d,318,yes\n", name, 230000 + i
        }
    }' >"$file"
    echo "$file"
}

# urls_file SCHEME ROWS: the URLs, one a line.
urls_file() {
    local file=$work/urls-$1-$2
    awk -v rows="$2" -v base="$(base_url "$1")" 'BEGIN {
        for (i = 1; i <= rows; ++i)
            print base "/api/managed_users/EA" 230000 + i "/custom_oauth_profiles/322/assign"
    }' >"$file"
    echo "$file"
}

peer_oauth_batch() {
    rm -f -- "$work/results.csv" "$work/results.csv.journal"
    command=("$program" run --base-url="$(base_url "$1")" --rate=off --workers="$2"
        --output="$work/results.csv" --progress=none "$(rows_file "$3")")
    [ "$1" = http ] || command+=(--ca-file="$work/ca.pem")
}

peer_poco_loop() {
    command=("$bin/bench-poco-loop" "$(base_url "$1")" "$2" "$3")
    [ "$1" = http ] || command+=("$work/ca.pem")
}

# By time: as long as a run of so many rows at 50,000 a second takes, but a second at least.
peer_wrk() {
    local threads=$2 seconds=$(($3 / 50000))
    [ "$threads" -le "$(nproc)" ] || threads=$(nproc)
    command=(wrk --threads "$threads" --connections "$2"
        --duration "$((seconds > 1 ? seconds : 1))s" --script "$here/post.lua"
        "$(base_url "$1")$one_target")
}

peer_h2load() {
    command=(h2load --h1 --clients="$2" --requests="$3" -H ':method: POST' "${headers[@]}"
        "$(base_url "$1")$one_target")
}

# hey rounds down to the same number for each worker.
peer_hey() {
    command=(hey -n "$3" -c "$2" -m POST "${headers[@]}" "$(base_url "$1")$one_target")
}

peer_curl() {
    awk '{ print "url = " $0; print "output = /dev/null" }' "$(urls_file "$1" "$3")" >"$work/curl.conf"
    command=(curl -Z --parallel-max "$2" --parallel-immediate --http1.1 --silent --show-error
        --fail -X POST "${headers[@]}" --cacert "$work/ca.pem" --config "$work/curl.conf")
}

peer_curl_system() {
    cat -- /etc/ssl/certs/ca-certificates.crt "$work/ca.pem" >"$work/bundle.pem"
    peer_curl "$@"
    command+=(--cacert "$work/bundle.pem")
}

one_curl() {
    command+=(curl --silent --show-error --fail --output /dev/null -X POST "${headers[@]}")
    [ "$1" = http ] || command+=(--cacert "$work/ca.pem")
}

# An argument that holds blanks is quoted for the shell that parallel starts: -q.
peer_parallel() {
    rm -f -- "$work/joblog"
    command=(parallel --will-cite -q --jobs "$2" --joblog "$work/joblog"
        --arg-file "$(urls_file "$1" "$3")")
    one_curl "$1"
    command+=('{}')
}

peer_xargs() {
    command=(xargs --arg-file="$(urls_file "$1" "$3")" --max-procs="$2" --max-args=1)
    one_curl "$1"
}

# One request after the other: newman knows no other way.
peer_newman() {
    awk -v rows="$3" 'BEGIN { print "id"; for (i = 1; i <= rows; ++i) print 230000 + i }' \
        >"$work/newman.csv"
    newman_collection "$(base_url "$1")" >"$work/newman.json"
    command=("$npm_folder/node_modules/.bin/newman" run "$work/newman.json"
        --iteration-data "$work/newman.csv" --reporters json
        --reporter-json-export "$work/newman-results.json" --ssl-extra-ca-certs "$work/ca.pem")
}

newman_collection() {
    cat <<JSON
{
  "info": {"name": "bench",
    "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [{"name": "assign", "request": {
    "method": "POST",
    "url": "$1/api/managed_users/EA{{id}}/custom_oauth_profiles/322/assign",
    "header": [
      {"key": "Authorization", "value": "Bearer $token"},
      {"key": "Content-Type", "value": "application/json"}]}}]
}
JSON
}

# is_there PEER: whether it can be measured here.
is_there() {
    case $1 in
        oauth_batch | poco_loop) ;;
        newman) [ -x "$npm_folder/node_modules/.bin/newman" ] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# version_of PEER: for people.
version_of() {
    case $1 in
        oauth_batch) "$program" --version ;;
        poco_loop) echo "Poco $(dpkg-query -W -f='${Version}' libpoco-dev)" ;;
        newman) echo "newman $("$npm_folder/node_modules/.bin/newman" --version), node $(node --version)" ;;
        curl) curl --version | awk 'NR == 1 { print "curl", $2 }' ;;
        parallel) parallel --version | head -n 1 ;;
        xargs) xargs --version | head -n 1 ;;
        mlr) mlr --version ;;
        *) echo "$1 $(dpkg-query -W -f='${Version}' "$(package_of "$1")" 2>/dev/null)" ;;
    esac
}

package_of() {
    case $1 in
        h2load) echo nghttp2-client ;;
        nginx) echo nginx-light ;;
        *) echo "$1" ;;
    esac
}
