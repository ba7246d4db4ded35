#!/usr/bin/env bash
# Part of scripts/bench: what each piece costs in instructions, which no other load on the machine
# changes. valgrind shows the program an older processor, so that digests take more of them there.

: "${bin:?}" "${work:?}"
readonly pass=10000 # steps after which a piece starts its sample anew

# instructions_of PIECE STEPS: of the whole process, without the kernel's.
instructions_of() {
    local log=$work/callgrind.log
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bin/bench-micro" --steps "$1" "$2" \
        >"$log" 2>&1 || fail "callgrind failed: $(cat -- "$log")"
    awk '/Collected :/ { print $4 }' "$log"
}

# print_instructions: two runs of each piece; what they differ by is the steps alone.
print_instructions() {
    local piece operation few many
    printf '%-20s %12s  %s\n' piece instructions 'one step'
    while IFS=$'\t' read -r piece operation; do
        few=$(instructions_of "$piece" "$pass")
        many=$(instructions_of "$piece" "$((3 * pass))")
        printf '%-20s %12d  %s\n' "$piece" "$(((many - few) / (2 * pass)))" "$operation"
    done < <("$bin/bench-micro" --list)
}
