#!/bin/sh
# Runs schemathesis against the sandwich service's own OpenAPI document: thousands of requests that fit it, and that do not.
# Needs `pip install schemathesis` (its `st` in the path). About a minute. Not part of CI.
# "Schema-valid request rejected" is expected for what no schema can say: an If-Match that does not hold (412), a key that came
# before (422), an order of a sandwich that is not there (422).
set -eu
cargo build --release -p sandwiches
folder=$(mktemp -d)
"${CARGO_TARGET_DIR:-target}/release/sandwiches" --listen 127.0.0.1:0 --pace 300ms --db "$folder/st.db" \
    >"$folder/out" 2>"$folder/log" &
service=$!
trap 'kill "$service"; rm -r "$folder"' EXIT
until grep -q '^try' "$folder/out"; do sleep 0.1; done
url=$(sed -n 's/^sandwiches on \(http[^,]*\),.*/\1/p' "$folder/out")
st run "$url/openapi.json" --exclude-path-regex events --max-examples 30 --checks all \
    --exclude-checks positive_data_acceptance
