#!/usr/bin/env bash
# Prints the path of a uv that runs: the machine's own, or the pinned one, installed into .uv by any
# Python that has pip (with pip's own settings: mirror, certificate). Exit code 1 where neither works.
#
#   scripts/get_uv.sh [PYTHON]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for candidate in "$(type -P uv || true)" "$PWD/.uv/bin/uv" "$HOME/.local/bin/uv"; do
    if [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
        printf '%s\n' "$candidate"
        exit 0
    fi
done

printf '› fetching uv, which installs the rest\n' >&2
for candidate in "${1:-}" python3 /usr/bin/python3 python; do
    [ -n "$candidate" ] && "$candidate" -m pip --version >/dev/null 2>&1 || continue
    if "$candidate" -m pip install --quiet --quiet --no-input --disable-pip-version-check \
        --upgrade --target .uv --require-hashes -r requirements/uv.txt >&2 &&
        .uv/bin/uv --version >/dev/null 2>&1; then
        printf '%s\n' "$PWD/.uv/bin/uv"
        exit 0
    fi
done
exit 1
