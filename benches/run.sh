#!/usr/bin/env bash
# Measures the driver through unixODBC against the simulator, on this machine alone: docs/performance.md says what, and what it
# should come to. Takes less than 15 minutes.
#
#     benches/run.sh [--docs] [--small] [--results FOLDER] [PART ...]
#
# Without a part it measures all: floor sdk slices join memory first cpu fetch. --docs writes the figures and the plot into docs.
# --small measures little, which shows only that everything works. --results says where the raw numbers go, a file for each
# part; without it, to the build folder.
#
# Needs Rust, Python 3, a C compiler, unixODBC with its development files (tests/setup.sh installs them); sdk a package index, to
# install Twilio's Python library from; fetch the SQLite ODBC driver (Debian: libsqliteodbc). Requests go to loopback only.
set -euo pipefail

benches=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
cd -- "$benches/.."
if ! command -v cargo >/dev/null && [[ -x ${HOME:-}/.cargo/bin/cargo ]]; then
    PATH=$HOME/.cargo/bin:$PATH
fi

# All in one, so that what the driver and the floor share is the same.
cargo build --quiet --release --package twilio-odbc --package twilio-odbc-installer --package twilio-sim --package bench-floor
# Asks cargo, because CARGO_TARGET_DIR and cargo's configuration both move the folder.
CARGO_TARGET_DIR=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
export CARGO_TARGET_DIR PYTHONDONTWRITEBYTECODE=1
work=$CARGO_TARGET_DIR/benches
mkdir -p -- "$work"
for name in stream cpu fetch; do
    cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/$name" "$benches/$name.c" -lodbc
done
exec python3 "$benches/run.py" --work "$work" "$@"
