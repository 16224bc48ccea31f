# shellcheck shell=bash
# Shared by the scripts of ops/ and by the suites of tests/: sourced, never run.
# Sets `root` and goes there; counts checks for the line that every suite ends in.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

passed=0 failed=0 skipped=0

say() {
    printf '%s\n' "$*"
}

# The last line of a suite, and its verdict.
totals() {
    say "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

skip() {
    skipped=$((skipped + 1))
    say "skipped $1: $2"
}

# A folder of this run for logs and data, removed at the end.
scratch() {
    if [ -z "${scratch_folder:-}" ]; then
        scratch_folder=$(mktemp -d)
        trap 'rm -rf "$scratch_folder"' EXIT
    fi
}

# check NAME COMMAND...: passes when the command does; shows what it printed when it fails.
check() {
    local name=$1 log
    shift
    scratch
    log=$scratch_folder/check
    if "$@" > "$log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        say "FAILED $name (exit code $?)"
        sed 's/^/    /' "$log" | tail -n 100
    fi
}

# add_totals LOG CODE NAME: adds the totals that a program printed as its last line.
add_totals() {
    local line
    line=$(tail -n 1 "$1")
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + BASH_REMATCH[3]))
        [ "$2" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || failed=$((failed + 1))
    else
        failed=$((failed + 1))
        say "FAILED $3: expected 'N passed, N failed, N skipped' as its last line"
    fi
}
