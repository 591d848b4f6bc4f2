#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all of them. The last line is `N passed, N failed`, and the exit
# code is 0 if nothing failed. A part that could not run counts as a failure.
#
# Needs Rust, Python 3 and, to install what else is missing, root (see setup.sh). Writes to the build folder only.
# Arguments, if any, are the pytest files to run instead of everything: tests/run.sh test_select.py
set -uo pipefail

tests=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$tests")
passed=0
failed=0

step() { printf '\n==> %s\n' "$*"; }

count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
}

finish() {
    printf '\n%d passed, %d failed\n' "$passed" "$failed"
    exit $((failed > 0))
}

# For what must work before anything can be tested.
must() {
    "$@" && return
    printf 'run.sh: failed: %s\n' "$*" >&2
    count 0 1
    finish
}

if ! command -v cargo >/dev/null && [[ -x ${HOME:-}/.cargo/bin/cargo ]]; then
    PATH=$HOME/.cargo/bin:$PATH
fi

# Asks cargo, because CARGO_TARGET_DIR and cargo's configuration both move the folder.
target_folder() {
    cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}

make_venv() {
    if cmp -s -- "$tests/requirements.txt" "$venv/requirements.txt" && "$venv/bin/python" -c 'import pyodbc, pytest'; then
        return
    fi
    local python=python3
    [[ -x /usr/bin/python3 ]] && python=/usr/bin/python3
    "$python" -m venv --clear "$venv" &&
        "$venv/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check \
            -r "$tests/requirements.txt" &&
        cp -- "$tests/requirements.txt" "$venv/requirements.txt"
}

# The Node client's module, built for the Node that is here: what its author offers ready-made may not fit, or not be in reach.
make_node_modules() {
    local node=$work/node
    if cmp -s -- "$tests/node/package-lock.json" "$node/package-lock.json" && [[ -e $node/built ]]; then
        return
    fi
    rm -rf -- "$node" && mkdir -p -- "$node" && cp -- "$tests"/node/package*.json "$node" &&
        npm ci --prefix "$node" --build-from-source --nodedir="$(node -p 'path.resolve(process.execPath, "../..")')" \
            --loglevel=error --no-audit --no-fund --no-update-notifier >"$node/log" 2>&1 </dev/null &&
        touch -- "$node/built" && return
    tail -n 30 -- "$node/log" >&2
    return 1
}

# Counts what `cargo test` with these arguments tests.
cargo_tests() {
    local log=$work/cargo.log status=0 sums
    cargo test "$@" </dev/null 2>&1 | tee "$log" || status=$?
    read -ra sums < <(awk '/^test result: / { for (i = 2; i <= NF; i++) {
        if ($i == "passed;") p += $(i - 1)
        if ($i == "failed;") f += $(i - 1) } } END { print p + 0, f + 0 }' "$log")
    # Nothing failed, and yet cargo did: something did not compile, or died.
    ((status == 0 || sums[1] > 0)) || sums[1]=1
    # Nothing at all was tested.
    ((sums[0] + sums[1] > 0)) || sums[1]=1
    count "${sums[@]}"
}

rust_tests() {
    cargo_tests --workspace --no-fail-fast
    step "Handles in every order of two threads"
    RUSTFLAGS="--cfg loom" cargo_tests --target-dir "$work/loom" --package twilio-odbc --lib handles::models
}

# A file at a time: should the driver take the process with it, the other files still run.
python_tests() {
    local file name report sums
    export TMPDIR=$work/tmp
    for file in "$@"; do
        rm -rf -- "$TMPDIR" && mkdir -p -- "$TMPDIR"
        name=$(basename -- "$file" .py)
        report=$work/$name.xml
        timeout --kill-after=10 900 "$venv/bin/python" -m pytest --junitxml="$report" "$file" </dev/null
        read -ra sums < <("$venv/bin/python" "$tests/sum_report.py" "$report")
        count "${sums[@]}"
    done
    rm -rf -- "$TMPDIR"
}

main() {
    cd -- "$root" || exit 1
    must "$tests/setup.sh"
    CARGO_TARGET_DIR=$(target_folder)
    [[ -n $CARGO_TARGET_DIR ]] || must false
    export CARGO_TARGET_DIR PYTHONDONTWRITEBYTECODE=1
    work=$CARGO_TARGET_DIR/tests
    venv=$work/venv
    mkdir -p -- "$work"
    rm -f -- "$work"/*.xml

    step "Building"
    must cargo build --release
    must make_venv
    must make_node_modules
    if (($#)); then
        python_tests "${@/#/$tests/}"
    else
        step "Rust tests"
        rust_tests
        step "Tests through the driver manager"
        python_tests "$tests"/test_*.py
    fi
    finish
}

main "$@"
