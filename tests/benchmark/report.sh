#!/usr/bin/env bash
# Part of scripts/bench: medians of the samples, and what is said of them.

: "${results:?}" "${work:?}" "${samples:?}"
readonly medians=$results/medians.csv
readonly baseline=16 # connections

# What a contender is called, and how it is judged where it is special.
declare -A title=(
    [oauth_batch]='oauth-batch' [poco_loop]='bare Poco loop' [wrk]='wrk' [h2load]='h2load --h1'
    [hey]='hey' [curl]='curl -Z' [xargs]='xargs -P, curl' [parallel]='GNU parallel, curl'
    [newman]='newman' [check]='oauth-batch check' [csv_loop]='fast-cpp-csv-parser'
    [csv_loop_thread]='the same, with its reader thread' [mlr]='mlr count' [wc]='wc -l')
readonly -A title

# compute_medians: medians.csv of samples.csv; `spread` is the distance of the slowest and the
# fastest round in percent of the median.
compute_medians() {
    awk -F, '
        function sorted(text, values,    n, i, j, value) {
            n = split(text, values, " ")
            for (i = 2; i <= n; ++i) {
                value = values[i] + 0
                for (j = i - 1; j > 0 && values[j] + 0 > value; --j) values[j + 1] = values[j]
                values[j + 1] = value
            }
            return n
        }
        function median(text,    values, n) {
            n = sorted(text, values)
            return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
        }
        function spread(text,    values, n) {
            n = sorted(text, values)
            return 100 * (values[n] - values[1]) / median(text)
        }
        NR == 1 { next }
        {
            # What runs by time has another number of rows in each round.
            key = $1 "," $2 "," $3 "," $4
            if ($1 == "growth_rows") key = key "," $5
            if (!(key in seconds)) keys[++count] = key
            seconds[key] = seconds[key] " " $7
            rows[key] = rows[key] " " $5
            speed[key] = speed[key] " " $5 / $7
            cpu[key] = cpu[key] " " ($5 > 0 ? $8 / $5 : 0)
            peak[key] = peak[key] " " $9 / 1024
            rounds[key] += 1
        }
        END {
            print "suite,case,scheme,workers,rows,rounds,rows_per_second,seconds," \
                "cpu_us_per_row,peak_mib,spread"
            for (i = 1; i <= count; ++i) {
                key = keys[i]
                split(key, part, ",")
                printf "%s,%s,%s,%s,%d,%d,%.1f,%.4f,%.2f,%.2f,%.0f\n", part[1], part[2], part[3],
                    part[4], median(rows[key]), rounds[key], median(speed[key]),
                    median(seconds[key]), median(cpu[key]), median(peak[key]), spread(speed[key])
            }
        }' "$samples" >"$medians"
}

# find SUITE CASE SCHEME WORKERS COLUMN [ROWS]: a median; nothing where it was not measured.
find_median() {
    awk -F, -v suite="$1" -v case_="$2" -v scheme="$3" -v workers="$4" -v column="$5" \
        -v rows="${6-}" '
        NR == 1 { for (i = 1; i <= NF; ++i) if ($i == column) wanted = i; next }
        $1 == suite && $2 == case_ && $3 == scheme && $4 == workers && (rows == "" || $5 == rows) {
            print $wanted
            exit
        }' "$medians"
}

# calculate EXPRESSION: of numbers; nothing where one of them is missing (written as "()").
calculate() {
    case $1 in *'()'*) return ;; esac
    awk "BEGIN { print $1 }"
}

# rounded NUMBER: as a person reads it: 12,345, 123, 12.3 or 1.23.
rounded() {
    awk -v x="$1" 'BEGIN {
        if (x == "") { printf "-"; exit }
        if (x < 9.995) { printf "%.2f", x; exit }
        if (x < 99.95) { printf "%.1f", x; exit }
        text = sprintf("%.0f", x)
        while (match(text, /^[0-9][0-9][0-9][0-9]/)) {
            at = (length(text) - 1) % 3 + 1
            out = out substr(text, 1, at) ","
            text = substr(text, at + 1)
        }
        printf "%s%s", out, text
    }'
}

# speed_of PEER SCHEME WORKERS: rows a second, in the comparison with the peers.
speed_of() { find_median peers "$1" "$2" "$3" rows_per_second; }

# factor_over PEER SCHEME WORKERS: how many times as fast oauth-batch is with as many connections;
# with 16 beside those that were not measured with more than one number of them.
factor_over() {
    local ours=$3
    [ "$1" != newman ] || ours=$baseline
    calculate "($(speed_of oauth_batch "$2" "$ours")) / ($(speed_of "$1" "$2" "$3"))"
}

print_machine() {
    printf '%s, %s cores, %s\n' \
        "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" "$(nproc)" "$(uname -s) $(uname -r | cut -d- -f1)"
    printf 'Load before the start: %s. Work folder on %s.\n' "$(cut -d' ' -f1 /proc/loadavg)" \
        "$(stat -f -c %T "$work")"
    local peer
    for peer in oauth_batch nginx poco_loop wrk h2load hey curl parallel xargs newman mlr; do
        if is_there "$peer" || [ "$peer" = nginx ]; then
            version_of "$peer"
        else
            echo "$peer is missing: not measured"
        fi
    done
    echo "qsv fetch is not in Debian: not measured"
}

print_report() {
    cat -- "$results/machine.txt"
    if was_measured peers; then
        print_peers http
        print_peers https
    fi
    ! was_measured csv || print_csv
    ! was_measured growth_rows || print_growth_of_rows
    ! was_measured growth_workers || print_growth_of_workers
    ! was_measured first || print_first
    ! was_measured server || print_servers
    printf '\nTargets\n'
    print_targets
}

print_peers() {
    local line='%-20s %11s %10s %13s %11s %9s %8s\n' peer workers speed
    printf '\nSending over %s; medians\n' "$1"
    # shellcheck disable=SC2059 # one format for all lines
    printf "$line" '' connections rows/s 'oauth-batch is' 'CPU µs/row' 'peak MiB' 'spread %'
    for workers in 1 16 64; do
        for peer in oauth_batch poco_loop wrk h2load hey curl xargs parallel newman; do
            speed=$(speed_of "$peer" "$1" "$workers")
            [ -n "$speed" ] || continue
            # shellcheck disable=SC2059
            printf "$line" "${title[$peer]}" "$workers" "$(rounded "$speed")" \
                "$(rounded "$(factor_over "$peer" "$1" "$workers")")x" \
                "$(rounded "$(find_median peers "$peer" "$1" "$workers" cpu_us_per_row)")" \
                "$(rounded "$(find_median peers "$peer" "$1" "$workers" peak_mib)")" \
                "$(find_median peers "$peer" "$1" "$workers" spread)"
        done
    done
}

print_csv() {
    local reader
    printf '\nReading %s rows of CSV; medians\n' "$(rounded "$(find_median csv check - 1 rows)")"
    printf '%-34s %12s %14s %10s\n' '' rows/s 'oauth-batch is' 'peak MiB'
    for reader in check csv_loop csv_loop_thread mlr wc; do
        [ -n "$(find_median csv "$reader" - 1 seconds)" ] || continue
        printf '%-34s %12s %14s %10s\n' "${title[$reader]}" \
            "$(rounded "$(reading_speed "$reader")")" \
            "$(rounded "$(csv_factor "$reader")")x" \
            "$(rounded "$(find_median csv "$reader" - 1 peak_mib)")"
    done
}

# csv_factor READER: how many times as fast `oauth-batch check` is.
csv_factor() { calculate "($(reading_speed check)) / ($(reading_speed "$1"))"; }

reading_speed() { find_median csv "$1" - 1 rows_per_second; }

# was_measured SUITE
was_measured() { grep -q "^$1," "$medians"; }

print_growth_of_rows() {
    printf '\nMore rows (https, 8 workers)\n'
    awk -F, 'BEGIN { printf "%9s %9s %11s %9s\n", "rows", "seconds", "CPU µs/row", "peak MiB" }
        $1 == "growth_rows" { printf "%9d %9.2f %10.1f %9.1f\n", $5, $8, $9, $10 }' "$medians"
    awk -F, '
        NR == 1 {
            printf "\n%9s %15s %15s %15s\n", "rows", "input B/row", "journal B/row",
                "results B/row"
        }
        NR > 1 { printf "%9d %15.1f %15.1f %15.1f\n", $1, $2 / $1, $3 / $1, $4 / $1 }' \
        "$results/sizes.csv"
}

print_growth_of_workers() {
    printf '\nMore workers (%s rows)\n' \
        "$(rounded "$(find_median growth_workers oauth_batch https 8 rows)")"
    awk -F, '
        BEGIN {
            printf "%-12s %7s %8s %9s %11s %9s\n", "", "", "workers", "rows/s", "CPU µs/row",
                "peak MiB"
        }
        $1 == "growth_workers" {
            printf "%-12s %7s %8d %9.0f %10.1f %9.1f\n", $2, $3, $4, $7, $9, $10
        }' "$medians"
}

print_first() {
    printf '\nTime to the first request, 10 rows over https: oauth-batch %s ms, curl %s ms, ' \
        "$(rounded "$(first_of oauth_batch)")" "$(rounded "$(first_of curl)")"
    printf "curl that trusts the system's authorities too %s ms\n" \
        "$(rounded "$(first_of curl_system)")"
}

print_servers() {
    printf '\nAnswers a second to wrk (POST, 16 connections): sandbox %s, nginx %s\n' \
        "$(rounded "$(answers_of sandbox)")" "$(rounded "$(answers_of nginx)")"
}

# first_of CASE: milliseconds to the first request.
first_of() { calculate "($(find_median first "$1" https 8 seconds)) * 1000"; }

# answers_of SERVER: a second.
answers_of() { find_median server "$1" http "$baseline" rows_per_second; }

# peak_of SUITE WORKERS [ROWS]: MiB, over https.
peak_of() { find_median "$1" oauth_batch https "$2" peak_mib "${3-}"; }

# target TEXT VALUE RELATION BOUND: one line of the list.
target() {
    local verdict
    verdict=$(awk -v value="$2" -v bound="$4" -v relation="$3" 'BEGIN {
        if (value == "") print "not measured"
        else if (relation == ">=" ? value + 0 >= bound : value + 0 <= bound) print "met"
        else print "missed"
    }')
    printf '  %-12s %-62s %8s  (%s %s)\n' "$verdict" "$1" "$(rounded "$2")" "$3" "$4"
}

# factor_target PEER SCHEME WORKERS BOUND
factor_target() {
    local with="$baseline workers"
    [ "$1" != newman ] || with="$baseline workers beside 1"
    target "rows/s over $2, $with: times ${title[$1]}" "$(factor_over "$1" "$2" "$3")" '>=' "$4"
}

print_targets() {
    factor_target wrk http "$baseline" 0.55
    factor_target curl http "$baseline" 2.5
    factor_target hey http "$baseline" 1.3
    factor_target parallel http "$baseline" 200
    factor_target newman http 1 200
    factor_target poco_loop https "$baseline" 0.6
    target "rows/s of check: times ${title[csv_loop]}" "$(csv_factor csv_loop)" '>=' 0.35
    target 'peak memory of 10,000 rows over https, MiB' \
        "$(peak_of growth_rows 8 10000)" '<=' 24
    target 'peak memory of 1,000,000 rows over https, MiB' \
        "$(peak_of growth_rows 8 1000000)" '<=' 128
    target '64 workers instead of 8 over https add, MiB' \
        "$(calculate "($(peak_of growth_workers 64)) - ($(peak_of growth_workers 8))")" '<=' 10
    target 'time to the first request of 10 rows: ms more than curl' \
        "$(calculate "($(first_of oauth_batch)) - ($(first_of curl))")" '<=' 30
    target 'answers/s of the sandbox: times nginx' \
        "$(calculate "($(answers_of sandbox)) / ($(answers_of nginx))")" '>=' 0.25
}
