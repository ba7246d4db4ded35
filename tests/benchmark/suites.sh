#!/usr/bin/env bash
# Part of scripts/bench: what is measured, in rounds in which everybody has a turn, every other one
# backwards. Each turn is a line of samples.csv.

: "${bin:?}" "${work:?}" "${results:?}" "${program:?}" "${rounds:?}" "${one_target:?}"
readonly samples=$results/samples.csv
readonly longest=900 # seconds of one turn

# in_rounds FUNCTION LINE...: calls FUNCTION ROUND WORD... for the words of each line.
in_rounds() {
    local function=$1 round line lines words
    shift
    for ((round = 1; round <= rounds; ++round)); do
        mapfile -t lines < <(printf '%s\n' "$@")
        [ "$((round % 2))" -eq 1 ] || mapfile -t lines < <(printf '%s\n' "$@" | tac)
        for line in "${lines[@]}"; do
            read -ra words <<<"$line"
            "$function" "$round" "${words[@]}"
        done
    done
}

# timed: runs `command`, sets seconds, cpu (in microseconds), peak (in KiB) and started (in ms since
# 1970). Its output is in $work/output. False where it fails.
timed() {
    (cd -- "$work" && exec "$bin/bench-measure" "$work/report" "$longest" "${command[@]}") \
        </dev/null >"$work/output" 2>&1 || return
    read -r seconds cpu peak started <"$work/report"
}

# explain_failure NAME: what is wrong with it; ends the bench if it is our own program.
explain_failure() {
    printf '\n%s failed: %s\n' "$1" "${command[*]}" >&2
    tail -n 5 -- "$work/output" >&2
    case $1 in oauth_batch | sandbox | check) fail "no use in going on" ;; esac
}

# note SUITE CASE SCHEME WORKERS ROWS ROUND: the turn that timed() has measured.
note() {
    local IFS=,
    printf '%s\n' "$*,$seconds,$cpu,$peak" >>"$samples"
}

# A turn of SCHEME PEER WORKERS ROWS in the suite $suite. Counted is what nginx has answered.
send_rows() {
    local round=$1 scheme=$2 peer=$3 workers=$4 rows=$5 before served
    is_there "$peer" || return 0
    say "round $round: $scheme, $peer, $workers connections, $rows rows"
    "peer_$peer" "$scheme" "$workers" "$rows"
    before=$(served_requests)
    timed || {
        explain_failure "$peer"
        return 0
    }
    served=$(($(served_requests) - before - 1))
    [ "$peer" = wrk ] || [ "$served" -eq "$rows" ] || [ "$peer" = hey ] ||
        fail "$peer was to send $rows requests and sent $served"
    note "$suite" "$peer" "$scheme" "$workers" "$served" "$round"
}

# suite_peers ROWS SLOW: everybody, over http and https; SLOW rows where each takes milliseconds.
suite_peers() {
    local suite=peers scheme peer workers turns=()
    for scheme in http https; do
        for workers in 1 16 64; do
            for peer in oauth_batch poco_loop wrk h2load hey curl; do
                turns+=("$scheme $peer $workers $(($1 / (workers == 1 ? 4 : 1)))")
            done
        done
        turns+=("$scheme xargs 16 $((3 * $2))" "$scheme parallel 16 $2" "$scheme newman 1 $2")
    done
    in_rounds send_rows "${turns[@]}"
}

# suite_growth_rows MOST: over https with 8 workers, the default.
suite_growth_rows() {
    local suite=growth_rows rows turns=() rounds=$rounds
    for ((rows = 1000; rows <= $1 && rows <= 100000; rows *= 10)); do
        turns+=("https oauth_batch 8 $rows")
    done
    in_rounds send_rows "${turns[@]}"
    rounds=1
    [ "$1" -lt 1000000 ] || in_rounds send_rows "https oauth_batch 8 1000000"
    measure_sizes "$1"
}

# measure_sizes MOST: of journal and results. A finished run has no journal any more; so the last
# row of these is refused with 401, which stops a run and leaves the journal.
measure_sizes() {
    local rows input status
    echo rows,input_bytes,journal_bytes,results_bytes >"$results/sizes.csv"
    for ((rows = 1000; rows <= $1; rows *= 10)); do
        say "size of journal and results of $rows rows"
        peer_oauth_batch http 8 "$rows"
        input=$work/stopped.csv
        { cat -- "$(rows_file "$rows")" && echo 'Last,assign,Alast,322,'; } >"$input"
        status=0
        "${command[@]:0:${#command[@]}-1}" "$input" >"$work/output" 2>&1 || status=$?
        [ "$status" -eq 77 ] || fail "a run that meets 401 ended with $status"
        printf '%s,%s,%s,%s\n' "$rows" "$(stat -c %s "$input")" \
            "$(stat -c %s "$work/results.csv.journal")" "$(stat -c %s "$work/results.csv")" \
            >>"$results/sizes.csv"
    done
    rm -f -- "$work"/results.csv* "$input"
}

# suite_growth_workers ROWS WORKERS...
suite_growth_workers() {
    local suite=growth_workers rows=$1 scheme peer workers turns=()
    shift
    for workers in "$@"; do
        for scheme in http https; do
            for peer in oauth_batch poco_loop; do
                turns+=("$scheme $peer $workers $rows")
            done
        done
    done
    in_rounds send_rows "${turns[@]}"
}

# suite_csv ROWS
suite_csv() {
    in_rounds read_rows "check $1" "csv_loop $1" "csv_loop_thread $1" "mlr $1" "wc $1"
}

# A turn of CASE ROWS.
read_rows() {
    local file
    file=$(rows_file "$3")
    case $2 in
        check) command=("$program" check "$file") ;;
        csv_loop) command=("$bin/bench-csv-loop" "$file") ;;
        csv_loop_thread) command=("$bin/bench-csv-loop-thread" "$file") ;;
        mlr) command=(mlr --icsv --ojson count "$file") ;;
        wc) command=(wc -l "$file") ;;
    esac
    say "round $1: $2 of $3 rows"
    if timed; then
        note csv "$2" - 1 "$3" "$1"
    else
        explain_failure "$2"
    fi
}

# suite_first: from the start of the process to the moment at which nginx has answered its first
# request, by nginx's own log, over https. A file of 10 rows, and curl with the same 10 URLs: once
# told to trust our authority alone, and once beside the system's, as oauth-batch does.
suite_first() {
    local rounds=$((rounds * 5))
    in_rounds reach_server oauth_batch curl curl_system
}

reach_server() {
    # shellcheck disable=SC2034 # base_url takes it
    local https_port=${logging_port:?}
    say "round $1: time to the first request, $2"
    "peer_$2" https 8 10
    : >"$work/moments.log"
    timed || {
        explain_failure "$2"
        return 0
    }
    seconds=$(awk -v start="$started" 'NR == 1 { printf "%.3f", $1 - start / 1000 }' \
        "$work/moments.log")
    note first "$2" https 8 10 "$1"
}

# suite_sandbox SECONDS: as a server, beside nginx.
suite_sandbox() {
    start_sandbox "$bin/oauth-batch-sandbox" "$work"
    in_rounds ask_server "sandbox $1" "nginx $1"
    stop_sandbox
}

ask_server() {
    local port=${http_port:?}
    [ "$2" = nginx ] || port=${sandbox_port:?}
    say "round $1: $2 as a server"
    peer_wrk http 16 "$(($3 * 50000))"
    command[-1]=http://127.0.0.1:$port$one_target
    if timed && ! grep -q 'Non-2xx' "$work/output"; then
        note server "$2" http 16 "$(awk '/requests in/ { print $1 }' "$work/output")" "$1"
    else
        explain_failure "$2"
    fi
}
