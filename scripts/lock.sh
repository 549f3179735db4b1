#!/usr/bin/env bash
# Pins every dependency with hashes: requirements/*.in to requirements/*.txt, as `make lock`.
# Versions that still fit stay as they are; `scripts/lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv="$(scripts/get_uv.sh)" || {
    echo "✗ make lock needs uv, which could not be installed: install it (pip install uv)." >&2
    exit 1
}

compile() { # NAME PYTHON [OPTION...]
    local name="$1" python="$2"
    shift 2
    echo "› requirements/$name.txt" >&2
    "$uv" pip compile --quiet --no-emit-index-url --generate-hashes \
        --custom-compile-command "make lock" --python-version "$python" \
        "$@" "requirements/$name.in" -o "requirements/$name.txt"
}

linux=(--python-platform x86_64-unknown-linux-gnu)
compile dev 3.10 "${linux[@]}" "$@"
compile runtime 3.10 "${linux[@]}" -c requirements/dev.txt "$@" # a subset of dev, same versions
compile uv 3.10 "${linux[@]}" "$@"
# torch stands in requirements/qwen-torch.txt; here neither it nor what its CUDA build needs.
compile qwen 3.11 --universal --override <(echo 'torch; python_version < "3"') "$@"
