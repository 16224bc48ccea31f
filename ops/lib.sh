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
    local name=$1 code=0
    shift
    scratch
    "$@" > "$scratch_folder/check" 2>&1 || code=$?
    if [ "$code" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        say "FAILED $name (exit code $code)"
        sed 's/^/    /' "$scratch_folder/check" | tail -n 40
    fi
}

# add NAME COMMAND...: runs a program that counts for itself, shows what it printed and adds the
# totals of its last line.
add() {
    local name=$1 code=0 line
    shift
    scratch
    "$@" > "$scratch_folder/add" 2>&1 || code=$?
    line=$(tail -n 1 "$scratch_folder/add")
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        head -n -1 "$scratch_folder/add"
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + BASH_REMATCH[3]))
        [ "$code" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || failed=$((failed + 1))
    else
        cat "$scratch_folder/add"
        failed=$((failed + 1))
        say "FAILED $name (exit code $code): expected 'N passed, N failed, N skipped' at its end"
    fi
}
