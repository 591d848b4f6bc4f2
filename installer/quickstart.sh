#!/usr/bin/env bash
# Builds the driver and queries it with isql, against a simulated Twilio account on this machine.
#
# Needs Rust and, to install what else is missing, root or sudo without a password on Debian or Ubuntu.
# Writes to the build folder and to a temporary folder that it removes; /etc and the home folder stay as
# they are (cargo's own caches aside).
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
work=
sim_pid=

step() { printf '==> %s\n' "$*"; }

fail() {
    printf 'quickstart: %s\n' "$*" >&2
    exit 1
}

cleanup() {
    if [[ -n $sim_pid ]]; then
        kill "$sim_pid" 2>/dev/null || true
        wait "$sim_pid" 2>/dev/null || true
    fi
    if [[ -n $work ]]; then
        rm -rf -- "$work"
    fi
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

links_odbc() {
    printf 'int main(void) { return 0; }\n' | cc -x c - -lodbc -o "$work/link" 2>/dev/null
}

missing_packages() {
    command -v isql >/dev/null || printf 'unixodbc\n'
    if ! command -v cc >/dev/null; then
        printf 'gcc\nlibc6-dev\nunixodbc-dev\n'
    elif ! links_odbc; then
        printf 'libc6-dev\nunixodbc-dev\n'
    fi
}

install_missing() {
    local packages as_root=()
    mapfile -t packages < <(missing_packages)
    if ((${#packages[@]} == 0)); then
        return
    fi
    if ! command -v apt-get >/dev/null; then
        fail "please install unixODBC with isql, its development files, and a C compiler (Debian: ${packages[*]})"
    fi
    if ((EUID != 0)); then
        if ! sudo -n true 2>/dev/null; then
            fail "please run as root first: apt-get update && apt-get install -y ${packages[*]}"
        fi
        as_root=(sudo -n)
    fi
    step "Installing ${packages[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    if ! { "${as_root[@]}" update && "${as_root[@]}" install -y --no-install-recommends "${packages[@]}"; } \
        </dev/null >"$work/apt.log" 2>&1; then
        cat -- "$work/apt.log" >&2
        fail "apt-get could not install ${packages[*]}"
    fi
    mapfile -t packages < <(missing_packages)
    if ((${#packages[@]} != 0)); then
        fail "still missing after apt-get: ${packages[*]}"
    fi
}

build() {
    if ! command -v cargo >/dev/null && [[ -x ${HOME:-}/.cargo/bin/cargo ]]; then
        PATH=$HOME/.cargo/bin:$PATH
    fi
    command -v cargo >/dev/null || fail "please install Rust 1.95 or newer first (rustup), then run this again"
    step "Building (the first time takes some minutes)"
    cd -- "$root"
    cargo build --release </dev/null || fail "the build failed"
    # Asks cargo, because CARGO_TARGET_DIR and cargo's configuration both move the folder.
    target=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release
    local file
    for file in libtwilioodbc.so twilio-sim twilio-odbc; do
        [[ -f $target/$file ]] || fail "the build left no $target/$file"
    done
}

start_simulator() {
    step "Starting the simulated account"
    : >"$work/sim.out"
    "$target/twilio-sim" --port 0 </dev/null >"$work/sim.out" 2>"$work/sim.err" &
    sim_pid=$!
    local line tries
    for ((tries = 0; tries < 100; tries++)); do
        if IFS= read -r line <"$work/sim.out" && [[ $line == 'listening on '* ]]; then
            base_url=${line#listening on }
            return
        fi
        kill -0 "$sim_pid" 2>/dev/null || break
        sleep 0.1
    done
    cat -- "$work/sim.out" "$work/sim.err" >&2
    fail "twilio-sim did not say where it listens"
}

register() {
    step "Registering the driver and the data source TwilioDemo in $work"
    local variables
    unset ODBCINSTINI
    variables=$("$target/twilio-odbc" install --prefix "$work")
    eval "export $variables"
    printf '%s\n' 00000000000000000000000000000001 |
        "$target/twilio-odbc" dsn add TwilioDemo --prefix "$work" --base-url "$base_url" \
            --account-sid AC00000000000000000000000000000001 --auth-token-stdin
}

# isql pads columns to the widest value a type allows, so it prints them with tabs and awk aligns them.
align() {
    # awk counts bytes here: a character of UTF-8 is its first byte, and East Asian ones and emoji fill two places.
    LC_ALL=C awk -F '\t' '
        function places(text,  wide) {
            gsub(/[\200-\277]/, "", text)
            wide = gsub(/[\343-\355\360]/, "&", text)
            return length(text) + wide
        }
        function repeated(sign, times,  text) { while (times-- > 0) text = text sign; return text }
        function rule(  i, line) {
            for (i = 1; i <= columns; i++) line = line "+" repeated("-", width[i] + 2)
            print line "+"
        }
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (places($i) > width[i]) width[i] = places($i) }
          if (NF > columns) columns = NF }
        END {
            rule()
            for (row = 1; row <= NR; row++) {
                line = ""
                for (i = 1; i <= columns; i++)
                    line = line "| " cell[row, i] repeated(" ", width[i] - places(cell[row, i]) + 1)
                print line "|"
                if (row == 1) rule()
            }
            rule()
            printf "(%d %s)\n", NR - 1, NR == 2 ? "row" : "rows"
        }'
}

query() {
    local sql=$1 status=0
    printf '\n%s\n' "$sql"
    # isql writes its history to HOME. It exits with 0 whatever happens: a refused statement shows on its
    # standard error, a failed fetch as a diagnostic record among the rows.
    printf '%s\n' "$sql" |
        env -u TWILIO_ACCOUNT_SID -u TWILIO_AUTH_TOKEN -u TWILIO_API_KEY -u TWILIO_API_SECRET \
            -u http_proxy -u HTTP_PROXY -u https_proxy -u HTTPS_PROXY -u all_proxy -u ALL_PROXY \
            HOME="$work" isql TwilioDemo -b -v -c -d$'\t' >"$work/rows" 2>"$work/errors" || status=$?
    if ((status != 0)) || [[ -s $work/errors ]] || grep -Eq '\[[0-9A-Z]{5}\]\[' "$work/rows" ||
        (($(wc -l <"$work/rows") < 2)); then
        cat -- "$work/rows" "$work/errors" >&2
        fail "the statement above failed or gave no rows (isql's exit code: $status)"
    fi
    align <"$work/rows"
}

main() {
    work=$(mktemp -d)
    install_missing
    build
    start_simulator
    register
    step "Asking through isql"
    query "SELECT Sid, Name, Status, DateCreated FROM Conferences ORDER BY DateCreated DESC LIMIT 8"
    query "SELECT CallSid, Label, Muted, Hold, Status FROM ConferenceParticipants WHERE ConferenceSid = 'CF5843bda0e992d145a0c989a33e2ba7d0'"
    query "SELECT c.Name, p.CallSid, p.Status, p.Muted FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress' ORDER BY c.Name, p.CallSid"

    printf '\n'
    step "It works. The same data source with your own account (the second line waits for the auth token):"
    printf '%q install --user\n' "$target/twilio-odbc"
    printf '%q dsn add TwilioDemo --user --account-sid ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx --auth-token-stdin\n' \
        "$target/twilio-odbc"
    printf 'echo "SELECT Sid, Name, Status FROM Conferences LIMIT 5" | isql TwilioDemo -b -v -m34\n'
}

main "$@"
