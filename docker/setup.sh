#!/bin/sh
# Makes this folder ready: the Debian packages, then .venv from the lock files.
#   sh docker/setup.sh run|check|test
# A second start does nothing when the lock files have not changed.
set -eu

purpose=$1
cd "$(dirname "$0")/.."
python=${PYTHON:-$(command -v python3.11 || command -v python3 || true)}

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

check_python() {
    [ -n "$python" ] || fail "mailbot needs Python 3.11; as root, give: apt-get install python3"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "mailbot needs Python 3.11 and $python is older: name a newer one, PYTHON=… make run"
}

# Debian packages -----------------------------------------------------------------------------

wanted_packages() {
    # a Python that brings its own ensurepip (pyenv, python.org) needs no python3-venv
    "$python" -c 'import ensurepip' 2>/dev/null || echo python3-venv
    case $purpose in
    run) cat docker/packages-run.txt ;;
    test) cat docker/packages-run.txt docker/packages-test.txt ;;
    esac
}

is_installed() {
    dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

missing_packages() {
    for package in $(wanted_packages); do
        is_installed "$package" || printf ' %s' "$package"
    done
}

absent_services() {
    for service in clamav-daemon clamav-daemon.socket clamav-freshclam dovecot postfix postgresql; do
        systemctl cat "$service" >/dev/null 2>&1 || echo "$service"
    done
}

# Some of the test packages are servers. The tests start their own, so what is installed here may
# start neither now (policy-rc.d) nor at the next boot (disable), and nothing makes room for it
# (Postfix would put another mail server out).
install_without_starting() (
    services=$(absent_services)
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        trap 'exit 1' HUP INT TERM
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt_get install -y --no-install-recommends --no-remove "$@"
    for service in $services; do
        systemctl --quiet disable "$service" >/dev/null 2>&1 || true # no systemd, or not installed
    done
)

# Says nothing unless it fails; then it says everything.
apt_get() {
    log=$(mktemp)
    DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 "$@" </dev/null >"$log" 2>&1 || {
        cat "$log" >&2
        rm -f "$log"
        fail "apt-get $1 failed; mailbot was not set up"
    }
    rm -f "$log"
}

install_debian_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "This is not Debian; mailbot counts on what these packages bring:" $(wanted_packages)
        return
    fi
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] ||
        fail "Debian packages are missing; as root, give: apt-get install --no-install-recommends$missing"
    say "Installing Debian packages:$missing"
    apt_get update
    # shellcheck disable=SC2086   # one word per package
    install_without_starting $missing
}

# Python packages -----------------------------------------------------------------------------

# An environment names its folder; ours installs the project by the metadata of pyproject.toml.
state_of() {
    { pwd; cat "$@"; } | sha256sum | cut -d ' ' -f 1
}

# requirements-dev.txt holds all of requirements.txt in the same versions, so it serves both.
is_ready() {
    case "$purpose $(cat .venv/.installed 2>/dev/null)" in
    "run $state "* | *" $state dev") .venv/bin/python -c 'import mailbot' 2>/dev/null ;;
    *) false ;;
    esac
}

pip_install() {
    .venv/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation "$@" >&2
}

make_environment() {
    .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
}

install_python_packages() {
    case $purpose in
    run) lock=requirements.txt kind=run ;;
    *) lock=requirements-dev.txt kind=dev ;;
    esac
    state=$(state_of pyproject.toml requirements.txt requirements-dev.txt requirements-build.txt)
    is_ready && return
    say "Installing Python packages into .venv; the first time takes a minute or two"
    # the build tools first: three dependencies exist as source only
    pip_install --require-hashes -r requirements-build.txt
    pip_install --require-hashes -r "$lock"
    pip_install --no-deps --editable .
    printf '%s %s\n' "$state" "$kind" >.venv/.installed
}

# The S3 API that tests speak to (tests/kit/s3_server.py) wants other versions than ours.
install_s3_server() {
    state=$(state_of requirements-s3.txt)
    [ "$state" != "$(cat .venv/s3/.installed 2>/dev/null)" ] || return 0
    say "Installing the S3 server of the tests into .venv/s3"
    "$python" -m venv --clear .venv/s3
    .venv/s3/bin/python -m pip --disable-pip-version-check --quiet install --no-compile \
        --require-hashes -r requirements-s3.txt >&2
    echo "$state" >.venv/s3/.installed
}

check_python
install_debian_packages
make_environment
if [ "$purpose" = test ]; then
    install_s3_server & # beside the others: pip waits as much as it works
    install_python_packages
    wait $!
else
    install_python_packages
fi
