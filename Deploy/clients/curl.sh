#!/usr/bin/env bash
# Captions photographs with curl. Usage: curl.sh PHOTOGRAPH… ; CAPTIONMESH_URL says where the gateway
# is, CAPTIONMESH_TOKEN who asks.
set -euo pipefail
url=${CAPTIONMESH_URL:-http://127.0.0.1:8080}
ask=(curl --silent --show-error --fail-with-body)
if [ -n "${CAPTIONMESH_TOKEN:-}" ]; then ask+=(--header "Authorization: Bearer $CAPTIONMESH_TOKEN"); fi

# One photograph is the body. The answer is JSON.
"${ask[@]}" --header 'Content-Type: image/jpeg' --data-binary "@$1" "$url/v1/captions?beam=5"
echo

# Several are a form. The answers come as they finish, as server-sent events.
photographs=()
for photograph in "$@"; do photographs+=(--form "image=@$photograph"); done
"${ask[@]}" --no-buffer --header 'Accept: text/event-stream' "${photographs[@]}" "$url/v1/captions"
