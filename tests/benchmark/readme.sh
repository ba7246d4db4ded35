#!/usr/bin/env bash
# Part of scripts/bench: the section "How fast" of README.md.

: "${results:?}" "${work:?}" "${baseline:?}" "${title[oauth_batch]:?}"
readonly plots=tests/benchmark/plots

print_markdown() {
    markdown_machine
    markdown_peers
    markdown_csv
    markdown_figures
    markdown_plots
}

markdown_machine() {
    local machine versions rounds
    machine=$(sed -n 1p "$results/machine.txt")
    versions=$(sed 1,2d "$results/machine.txt" | paste -s -d ';' | sed 's/;/; /g')
    rounds=$(find_median peers oauth_batch http "$baseline" rounds)
    fmt -w 100 <<TEXT
Measured with \`scripts/bench\` on $machine, against nginx on loopback, which shares these cores;
medians of ${rounds:-several} rounds in which everybody had a turn. oauth-batch reads its CSV, keeps
the order of each customer's rows, writes journal and results; wrk, h2load and hey send one request
over and over. Without a quota: with one, it sets the pace. Versions: $versions.
TEXT
}

markdown_peers() {
    local peer workers
    was_measured peers || return 0
    cat <<TEXT

| $baseline connections | http, rows/s | CPU µs/row | https, rows/s | CPU µs/row | peak MiB |
|---|--:|--:|--:|--:|--:|
TEXT
    for peer in oauth_batch wrk h2load poco_loop hey curl xargs parallel newman; do
        workers=$baseline
        [ "$peer" != newman ] || workers=1
        [ -n "$(speed_of "$peer" http "$workers")" ] || continue
        markdown_peer "$peer" "$workers"
    done
}

# markdown_peer PEER WORKERS
markdown_peer() {
    local name=${title[$1]} scheme cells=
    [ "$1" != oauth_batch ] || name="**$name**"
    [ "$2" -ne 1 ] || name+=' (one after the other)'
    for scheme in http https; do
        cells+=" $(rounded "$(speed_of "$1" "$scheme" "$2")") |"
        cells+=" $(rounded "$(find_median peers "$1" "$scheme" "$2" cpu_us_per_row)") |"
    done
    printf '| %s |%s %s |\n' "$name" "$cells" \
        "$(rounded "$(find_median peers "$1" https "$2" peak_mib)")"
}

markdown_csv() {
    local reader
    was_measured csv || return 0
    cat <<TEXT

| $(rounded "$(find_median csv check - 1 rows)") rows of CSV | rows/s | peak MiB |
|---|--:|--:|
TEXT
    for reader in check csv_loop csv_loop_thread mlr wc; do
        [ -n "$(find_median csv "$reader" - 1 seconds)" ] || continue
        printf '| %s | %s | %s |\n' "${title[$reader]}" \
            "$(rounded "$(reading_speed "$reader")")" \
            "$(rounded "$(find_median csv "$reader" - 1 peak_mib)")"
    done
}

markdown_figures() {
    printf '\n| beside | | |\n|---|--:|--:|\n'
    printf '| %s | oauth-batch %s ms | curl %s ms |\n' \
        'time to the first request of 10 rows, https, handshake included' \
        "$(rounded "$(first_of oauth_batch)")" "$(rounded "$(first_of curl)")"
    printf '| %s | oauth-batch-sandbox %s | nginx %s |\n' \
        "answers a second to wrk, $baseline connections" \
        "$(rounded "$(answers_of sandbox)")" "$(rounded "$(answers_of nginx)")"
    printf '| %s | 10,000 rows %s MiB | 1,000,000 rows %s MiB |\n' \
        'peak memory over https, 8 workers' "$(rounded "$(peak_of growth_rows 8 10000)")" \
        "$(rounded "$(peak_of growth_rows 8 1000000)")"
}

markdown_plots() {
    cat <<TEXT

![Rows a second by workers]($plots/speed-by-workers.svg)
![Peak memory by rows]($plots/memory-by-rows.svg)

[Time]($plots/time-by-rows.svg) and [size of the files]($plots/sizes-by-rows.svg) by rows,
[memory]($plots/memory-by-workers.svg) by workers.
TEXT
}

# update_readme FILE: puts print_markdown between the two markers.
update_readme() {
    local new=$work/README.md
    [ "$(grep -cxE '<!-- bench: (begin|end) -->' "$1")" -eq 2 ] ||
        fail "$1 lacks the markers <!-- bench: begin --> and <!-- bench: end -->"
    {
        sed '/^<!-- bench: begin -->$/q' "$1"
        print_markdown
        sed -n '/^<!-- bench: end -->$/,$p' "$1"
    } >"$new"
    cat -- "$new" >"$1"
}
