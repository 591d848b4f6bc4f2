#!/usr/bin/env bash
# Installs what building and testing need beyond Rust and Python 3: unixODBC with its programs and development
# files, iODBC without them (the two cannot be installed together), SQLite's ODBC driver, C and C++ compilers, valgrind,
# Python's venv, LibreOffice, and the languages whose ODBC clients are tested: PHP, Perl, R and Node. On Debian and Ubuntu,
# as root or with sudo without a password; otherwise says what to install. Does nothing where all of it is there.
set -euo pipefail

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

links_odbc() {
    command -v cc >/dev/null && printf '#include <sqlext.h>\nint main(void) { return 0; }\n' |
        cc -x c - -lodbc -o /dev/null 2>/dev/null
}

ldconfig_lists() {
    [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) == *"$1"* ]]
}

has_node_headers() {
    local program
    program=$(command -v node) && [[ -e $(dirname -- "$(readlink -f -- "$program")")/../include/node/node_api.h ]]
}

missing_packages() {
    { command -v isql && command -v iusql; } >/dev/null || printf 'unixodbc\n'
    command -v odbcinst >/dev/null || printf 'odbcinst\n'
    { command -v gcc && command -v nm; } >/dev/null || printf 'gcc\nlibc6-dev\n'
    # iODBC's test program has the driver manager in it; its library is another package.
    { command -v iodbctest && ldconfig_lists libiodbc.so.2; } >/dev/null || printf 'iodbc\nlibiodbc2\n'
    links_odbc || printf 'unixodbc-dev\nlibc6-dev\n'
    # What the benchmark compares with.
    compgen -G '/usr/lib/*/odbc/libsqlite3odbc.so' >/dev/null || printf 'libsqliteodbc\n'
    command -v valgrind >/dev/null || printf 'valgrind\n'
    # Calc, its ODBC driver and its Python, which is the system's.
    command -v soffice >/dev/null && /usr/bin/python3 -c 'import uno' 2>/dev/null &&
        compgen -G '/usr/lib*/libreoffice/program/libodbclo.so' >/dev/null ||
        printf 'libreoffice-calc\nlibreoffice-base\nlibreoffice-base-drivers\npython3-uno\n'
    { command -v php && [[ $(php -m) == *PDO_ODBC* ]]; } >/dev/null 2>&1 || printf 'php-cli\nphp-odbc\n'
    perl -MDBD::ODBC -e 1 2>/dev/null || printf 'libdbd-odbc-perl\n'
    Rscript -e 'library(RODBC)' >/dev/null 2>&1 || printf 'r-cran-rodbc\n'
    command -v node >/dev/null || printf 'nodejs\n'
    command -v npm >/dev/null || printf 'npm\n'
    # With these npm builds the module odbc.
    command -v g++ >/dev/null || printf 'g++\n'
    command -v make >/dev/null || printf 'make\n'
    has_node_headers || printf 'libnode-dev\n'
    # venv alone imports where its half that makes environments is missing.
    python3 -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv\n'
}

main() {
    local packages as_root=() log
    mapfile -t packages < <(missing_packages | sort -u)
    if ((${#packages[@]} == 0)); then
        return
    fi
    if ! command -v apt-get >/dev/null; then
        fail "please install unixODBC (isql, iusql, odbcinst, development files), iODBC (iodbctest)," \
            "SQLite's ODBC driver (libsqliteodbc), gcc, g++, make, valgrind," \
            "Python's venv, LibreOffice with its ODBC driver and python3-uno, PHP's, Perl's and R's ODBC (PDO_ODBC," \
            "DBD::ODBC, RODBC) and Node with npm (Debian: ${packages[*]})"
    fi
    if ((EUID != 0)); then
        if ! sudo -n true 2>/dev/null; then
            fail "please run as root first: apt-get update && apt-get install -y ${packages[*]}"
        fi
        as_root=(sudo -n)
    fi
    printf 'setup: installing %s\n' "${packages[*]}"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    if ! log=$({ "${as_root[@]}" update && "${as_root[@]}" install -y --no-install-recommends "${packages[@]}"; } \
        </dev/null 2>&1); then
        fail "apt-get could not install ${packages[*]}:"$'\n'"$log"
    fi
    mapfile -t packages < <(missing_packages | sort -u)
    if ((${#packages[@]} != 0)); then
        fail "still missing after apt-get: ${packages[*]}"
    fi
}

main "$@"
