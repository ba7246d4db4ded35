#!/usr/bin/env bash
# Part of scripts/bench: the curves, drawn by gnuplot.

: "${results:?}" "${medians:?}" "${work:?}"

# draw_plots FOLDER: one SVG a curve, of what was measured.
draw_plots() {
    mkdir -p -- "$1"
    if grep -q '^growth_rows,' "$medians"; then
        series growth_rows oauth_batch https >"$work/rows-https.dat"
        awk -F, 'NR > 1 { print $1, $2 / 1048576, $3 / 1048576, $4 / 1048576 }' "$results/sizes.csv" \
            >"$work/sizes.dat"
        draw_rows "$1"
    fi
    if grep -q '^growth_workers,' "$medians"; then
        local peer scheme
        for peer in oauth_batch poco_loop; do
            for scheme in http https; do
                series growth_workers "$peer" "$scheme" >"$work/workers-$peer-$scheme.dat"
            done
        done
        draw_workers "$1"
    fi
}

# series SUITE CASE SCHEME: columns workers, rows, seconds, rows/s, MiB.
series() {
    awk -F, -v suite="$1" -v case_="$2" -v scheme="$3" '
        $1 == suite && $2 == case_ && $3 == scheme { print $4, $5, $8, $7, $10 }' "$medians"
}

# plot FILE X-LABEL Y-LABEL: reads gnuplot's commands.
plot() {
    {
        cat <<COMMANDS
set terminal svg size 640,360 font 'sans-serif,12' background rgb 'white'
set output '$1'
set xlabel '$2'
set ylabel '$3'
set grid
set key left top
COMMANDS
        cat
    } | gnuplot
}

draw_rows() {
    plot "$1/time-by-rows.svg" rows seconds <<COMMANDS
set logscale xy
set format x '10^{%T}'
set xrange [1000:*]
plot '$work/rows-https.dat' using 2:3 with linespoints lw 2 title 'https, 8 workers'
COMMANDS
    plot "$1/memory-by-rows.svg" rows 'peak memory, MiB' <<COMMANDS
set logscale x
set format x '10^{%T}'
set xrange [1000:*]
set yrange [0:*]
plot '$work/rows-https.dat' using 2:5 with linespoints lw 2 title 'https, 8 workers'
COMMANDS
    plot "$1/sizes-by-rows.svg" rows MiB <<COMMANDS
set logscale xy
set format x '10^{%T}'
set xrange [1000:*]
plot '$work/sizes.dat' using 1:2 with linespoints lw 2 title 'input', \
    '' using 1:3 with linespoints lw 2 title 'journal', \
    '' using 1:4 with linespoints lw 2 title 'results'
COMMANDS
}

draw_workers() {
    plot "$1/speed-by-workers.svg" workers 'rows a second' <<COMMANDS
set logscale x 2
set yrange [0:*]
set key below
plot '$work/workers-oauth_batch-http.dat' using 1:4 with linespoints lc 1 lw 2 title 'oauth-batch, http', \
    '$work/workers-poco_loop-http.dat' using 1:4 with linespoints lc 1 dt 2 title 'bare Poco loop, http', \
    '$work/workers-oauth_batch-https.dat' using 1:4 with linespoints lc 2 lw 2 title 'oauth-batch, https', \
    '$work/workers-poco_loop-https.dat' using 1:4 with linespoints lc 2 dt 2 title 'bare Poco loop, https'
COMMANDS
    plot "$1/memory-by-workers.svg" workers 'peak memory, MiB' <<COMMANDS
set logscale x 2
set yrange [0:*]
plot '$work/workers-oauth_batch-http.dat' using 1:5 with linespoints lw 2 title 'http', \
    '$work/workers-oauth_batch-https.dat' using 1:5 with linespoints lw 2 title 'https'
COMMANDS
}
