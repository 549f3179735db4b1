#!/usr/bin/env bash
# Prints the path of a Python 3.10 that works, or nothing and exit code 1.
#
#   scripts/find_python.sh [ROOT]
#
# A name on the PATH proves nothing (pyenv's shims exist for versions that are not selected), so
# each candidate is run: it must call itself 3.10 and have venv, ssl and sqlite3.
# ROOT stands before the fixed places such as /usr/bin; tests give an empty folder.
# KEFU_PYTHON, when set, is the only candidate.
set -euo pipefail

root="${1:-}"

# Prints the interpreter behind CANDIDATE (behind a shim, outside a venv) if it will do.
works() {
    [ -x "$1" ] || return 1
    "$1" -I -c '
import sqlite3, ssl, sys, venv
if sys.version_info[:2] != (3, 10):
    sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)
' 2>/dev/null </dev/null
}

candidates() {
    local name place
    for name in python3.10 python3 python; do
        type -aP "$name" || true
    done
    for place in \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python3.10 \
        "$HOME"/.pyenv/versions/3.10*/bin/python3.10 \
        "$HOME"/.local/share/uv/python/cpython-3.10*/bin/python3.10 \
        "$HOME"/.asdf/installs/python/3.10*/bin/python3.10 \
        "$HOME"/.local/share/mise/installs/python/3.10*/bin/python3.10 \
        "${CONDA_PREFIX:-$HOME/miniconda3}"/bin/python3.10 \
        "$HOME"/{miniconda3,anaconda3,miniforge3}/envs/*/bin/python3.10 \
        "$root"/usr/bin/python3.10 \
        "$root"/usr/local/bin/python3.10 \
        "$root"/opt/bin/python3.10 \
        "$root"/opt/*/bin/python3.10 \
        "$root"/opt/*/envs/*/bin/python3.10; do
        printf '%s\n' "$place"
    done
}

if [ -n "${KEFU_PYTHON:-}" ]; then
    chosen="$(type -P "$KEFU_PYTHON" || printf '%s' "$KEFU_PYTHON")"
    works "$chosen" && exit 0
    echo "KEFU_PYTHON=$KEFU_PYTHON is no working Python 3.10 (with venv, ssl and sqlite3): set it to one or unset it." >&2
    exit 2
fi

while IFS= read -r candidate; do
    works "$candidate" && exit 0
done < <(candidates)
exit 1
