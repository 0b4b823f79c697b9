#!/bin/sh
# Starts everything; the first start of a data folder puts the office of docker/demo.toml in it.
set -eu
cd "$(dirname "$0")/.."

data_folder() {
    .venv/bin/python -c 'from mailbot.settings import read_settings; print(read_settings().service.data)'
}

# bad settings: `mailbot serve` says in one sentence what is wrong with them
data=$(data_folder 2>/dev/null) || exec .venv/bin/mailbot serve
if [ ! -e "$data/.demo-applied" ]; then
    .venv/bin/mailbot apply docker/demo.toml
    mkdir -p "$data"
    touch "$data/.demo-applied"
fi
exec .venv/bin/mailbot serve
