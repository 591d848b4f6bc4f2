#!/usr/bin/env bash
# Measures what the driver takes of the processor to connect, to list all tables and to prepare a statement, through
# unixODBC and against the simulator; cpu.c says how. Prints milliseconds.
#
# Needs Rust, a C compiler and unixODBC with its development files. Writes to the build folder and to a temporary one.
# An argument is the number of repetitions (default 20).
set -euo pipefail

benches=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
repetitions=${1:-20}

cd -- "$benches/.."
cargo build --quiet --release
# Asks cargo, because CARGO_TARGET_DIR and cargo's configuration both move the folder.
release=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
work=$(mktemp -d)
simulator=
trap '[[ -z $simulator ]] || kill "$simulator"; rm -rf -- "$work"' EXIT

cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/cpu" "$benches/cpu.c" -lodbc
: >"$work/sim.out"
"$release/twilio-sim" --port 0 --max-seconds 600 </dev/null >"$work/sim.out" &
simulator=$!
for ((tries = 0; tries < 100; tries++)); do
    read -r line <"$work/sim.out" && [[ $line == 'listening on '* ]] && break
    sleep 0.1
done
unset ODBCINSTINI
variables=$("$release/twilio-odbc" install --prefix "$work" 2>/dev/null)
eval "export $variables"

account=AC00000000000000000000000000000001
token=00000000000000000000000000000001
text="Driver=Twilio;AccountSid=$account;AuthToken=$token;BaseUrl=${line#listening on }"
for name in http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY; do unset "$name"; done
"$work/cpu" "$text" "$repetitions" | awk -F '\t' '
    BEGIN { printf "%-34s %6s %9s %9s %9s\n", "CPU time in milliseconds", "times", "least", "median", "first" }
    { printf "%-34s %6d %9.2f %9.2f %9.2f\n", $1, $2, $3, $4, $5 }'
