#!/usr/bin/env bash
# Builds the library, SQLite with it, with AddressSanitizer and runs against it what calls the C interface: the C programs,
# compiled with the sanitizer too, and the tests that call the library itself. Arguments, if any, are pytest's, instead of
# those tests: tests/sanitize.sh test_scroll.py
#
# Not a part of run.sh: a first run takes minutes. Needs what run.sh has made, and gcc's libasan. Writes to the build folder
# only. Leaks are not looked for, because Python's own would be among them; test_c.py has valgrind look for them.
set -euo pipefail

tests=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$tests")
target=x86_64-unknown-linux-gnu

fail() {
    printf 'sanitize.sh: %s\n' "$*" >&2
    exit 1
}

# The library alone: the programs that the tests start are of the ordinary build. Sanitizers are unstable features, which a
# stable compiler has with RUSTC_BOOTSTRAP; with --target, build scripts and macros go without. What is large is not
# optimised, which would take longer than it saves.
build() {
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Cforce-frame-pointers=yes" \
        CFLAGS="-fsanitize=address -fno-omit-frame-pointer -g1" CARGO_TARGET_DIR=$work/build CARGO_INCREMENTAL=0 \
        CARGO_PROFILE_RELEASE_INCREMENTAL=false CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 CARGO_PROFILE_RELEASE_STRIP=none \
        CARGO_PROFILE_RELEASE_DEBUG=line-tables-only \
        cargo build --release --lib --package twilio-odbc --target "$target" \
        --config profile.release.package.twilio-odbc.opt-level=0 --config profile.release.package.sqlparser.opt-level=0
}

main() {
    local ordinary work runtime
    cd -- "$root"
    ordinary=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
    work=$ordinary/address
    [[ -x $ordinary/tests/venv/bin/python && -x $ordinary/release/twilio-sim ]] ||
        fail "run tests/run.sh first: it makes the environment of the tests"
    runtime=$(gcc -print-file-name=libasan.so)
    [[ -e $runtime ]] || fail "gcc has no libasan"
    build
    # A folder that looks like the ordinary one, with the other library in it.
    mkdir -p -- "$work/release" "$work/tmp"
    cp -- "$ordinary/release/twilio-sim" "$ordinary/release/twilio-odbc" "$work/build/$target/release/libtwilioodbc.so" \
        "$work/release/"
    (($#)) || set -- test_c.py test_boundary.py test_abi.py test_threads.py \
        -k "not valgrind and not exports and not needs and not calls_no"
    cd -- "$tests"
    # Python, which loads the library, has to begin with the sanitizer's run time. Its own arenas would hide its objects.
    CARGO_TARGET_DIR=$work TMPDIR=$work/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONMALLOC=malloc SANITIZER=address \
        LD_PRELOAD=$runtime ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 \
        "$ordinary/tests/venv/bin/python" -m pytest "$@"
}

main "$@"
