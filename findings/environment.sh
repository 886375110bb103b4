# Sourced by the findings: a temporary folder with an environment of its own, removed at the end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

install() {  # install PACKAGE==VERSION …
    "${PYTHON:-python3}" -m venv environment
    environment/bin/pip install --quiet --disable-pip-version-check "$@"
    echo "Versions: $*"
}

run() {  # run the Python program on standard input; it exits with 1 where the behaviour has changed
    environment/bin/python -W ignore -
}
