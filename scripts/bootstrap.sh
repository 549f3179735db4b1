#!/usr/bin/env bash
# Makes .venv: Python 3.10 with every pinned dependency. Does nothing when that is up to date.
#
#   scripts/bootstrap.sh runtime          what `make run` needs
#   scripts/bootstrap.sh dev              that, and the tools of `make test`
#   scripts/bootstrap.sh --print-python   only the Python 3.10 that it would use
#
#   KEFU_PYTHON=PATH    use this Python 3.10
#   KEFU_TORCH=cpu      the small build of torch (about 200 MB) instead of the CUDA build (about
#                       3 GB). That one wheel is pinned by version, not by hash: the lock file
#                       knows the registry's builds only.
#
# pip's settings (index-url, certificate) hold for uv too. Where uv cannot reach the registry, pip
# itself has a try.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '› %s\n' "$*" >&2; }
fail() { printf '✗ %s\n' "$*" >&2; exit 1; }

need="${1:-runtime}"
torch="${KEFU_TORCH:-default}"
venv=.venv
stamp="$venv/.kefu-stamp"
work=""
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

fingerprint() { # of one set of packages: runtime or dev
    cat "requirements/$1.txt" pyproject.toml scripts/bootstrap.sh | cksum | tr ' \t' '--'
}

up_to_date() {
    local set_name made_torch sum
    [ -x "$venv/bin/python" ] && [ -f "$stamp" ] || return 1
    read -r set_name made_torch sum <"$stamp" || return 1
    [ "$made_torch" = "$torch" ] || return 1
    [ "$set_name" = dev ] || [ "$set_name" = "$need" ] || return 1 # dev holds runtime
    [ "$sum" = "$(fingerprint "$set_name")" ] || return 1
    "$venv/bin/python" -c '' 2>/dev/null # its interpreter may have been removed
}

# uv reads no pip.conf: hand over the mirror and the certificate that the user gave pip.
share_pip_settings() {
    local index
    if [ -z "${SSL_CERT_FILE:-}" ] && [ -n "${PIP_CERT:-}" ]; then
        export SSL_CERT_FILE="$PIP_CERT"
    fi
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        index="${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}"
        [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    fi
    export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}"
}

find_python() {
    local status=0
    python="$(scripts/find_python.sh "${KEFU_ROOT:-}")" || status=$?
    [ "$status" -ne 2 ] || exit 1 # KEFU_PYTHON is wrong, and that was said
    [ "$status" -ne 0 ] || return 0
    python=""
    return 1
}

fetch_python() {
    say "no Python 3.10 on this machine: fetching one"
    uv="$(scripts/get_uv.sh)" && "$uv" python install 3.10 >&2 &&
        python="$("$uv" python find --managed-python 3.10)" && [ -n "$python" ]
}

no_python="There is no working Python 3.10 on this machine and none could be downloaded. \
Install it (Debian, Ubuntu: python3.10 and python3.10-venv; elsewhere: pyenv install 3.10, \
or conda create -n kefu python=3.10) and run this again, or set KEFU_PYTHON to it."

make_venv() {
    if [ -x "$venv/bin/python" ] && "$venv/bin/python" -I -c \
        'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then
        return 0
    fi
    rm -rf "$venv"
    if [ -n "$uv" ]; then
        "$uv" venv --quiet --python "$python" "$venv"
    else
        "$python" -m venv "$venv" || fail "$python cannot make a virtual environment. Install its venv package (Debian, Ubuntu: python3.10-venv) and run this again."
    fi
}

uv_install() { # REQUIREMENTS_FILE
    [ -n "$uv" ] && "$uv" pip sync --python "$venv/bin/python" --require-hashes "$1" >&2
}

pip_install() { # REQUIREMENTS_FILE
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
    "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps -r "$1" >&2
}

install_packages() {
    local file="requirements/$need.txt" pin=""
    work="$(mktemp -d)"
    if [ "$torch" = cpu ]; then
        pin="$("$python" scripts/cpu_requirements.py "$file" "$work/rest.txt")"
        file="$work/rest.txt"
        [ -n "$uv" ] || fail "KEFU_TORCH=cpu needs uv, which could not be installed. Install uv, or run this again without KEFU_TORCH."
    fi
    say "installing $(grep -c '==' "$file") packages (the first time this takes some minutes)"
    uv_install "$file" || {
        [ -z "$uv" ] || say "uv could not install them: trying pip"
        pip_install "$file"
    } || fail "The packages could not be installed: the lines above say why. Is the package registry reachable from here? A mirror is set with: pip config set global.index-url ADDRESS"
    if [ -n "$pin" ]; then
        "$uv" pip install --python "$venv/bin/python" --no-deps --torch-backend cpu "$pin" >&2 ||
            fail "The CPU build of $pin could not be fetched from PyTorch's own package index. Run this again without KEFU_TORCH to take the registry's build."
    fi
}

install_kefu() {
    local packages
    if [ -n "$uv" ]; then
        "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e . >&2
    else
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
    fi || fail "Kefu itself could not be installed into $venv: the lines above say why."
    # Sets defaults for every Python of this environment, `rasa` too; sorts after the editable
    # install's own .pth, which makes `kefu` importable.
    packages="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
    printf 'import os; exec("try:\\n import kefu.environment\\nexcept Exception: pass")\n' >"$packages/kefu_environment.pth"
}

case "$need" in
runtime | dev | --print-python) ;;
*) fail "Usage: scripts/bootstrap.sh runtime|dev|--print-python" ;;
esac
case "$torch" in
default | cpu) ;;
*) fail "KEFU_TORCH=$torch is unknown: set it to cpu or unset it." ;;
esac

if [ "$need" = --print-python ]; then
    find_python || fail "$no_python"
    printf '%s\n' "$python"
    exit 0
fi

up_to_date && exit 0

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) ;;
*) fail "The pinned packages are for Linux on x86-64; on $(uname -s) $(uname -m) run Kefu in a Linux x86-64 container or virtual machine." ;;
esac

# An environment that already has the tools keeps them, so `make run` and `make test` don't fight.
if [ "$need" = runtime ] && [ -f "$stamp" ] && read -r installed _ <"$stamp" && [ "$installed" = dev ]; then
    need=dev
fi

uv=""
find_python || fetch_python || fail "$no_python"
say "Python 3.10: $python"
share_pip_settings
[ -n "$uv" ] || uv="$(scripts/get_uv.sh "$python")" || say "no uv to be had: pip will do"
rm -f "$stamp"
make_venv
install_packages
install_kefu
mkdir -p var/log # not in git; conversations and the demo database live there
printf '%s %s %s\n' "$need" "$torch" "$(fingerprint "$need")" >"$stamp"
say "$venv is ready"
