# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/demo and tools/serve: a server on loopback with a company, a technician and a phone, in a folder that
# is removed with it. Needs BUILD and PORT (0: any free one); HOST is the name in its address, 127.0.0.1 unless set. Sets url, cli, and the files password and phone.key in $scene.

scene=$(mktemp -d "${TMPDIR:-/tmp}/countersign-XXXXXX")
email=ann@acme.example
company=acme
server=

scene_end() {
    trap - EXIT INT TERM HUP
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || :
        wait "$server" 2>/dev/null || :
    fi
    rm -rf "$scene"
}
trap scene_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

if [ "$PORT" = 0 ]; then
    PORT=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
fi
url=http://${HOST:-127.0.0.1}:$PORT

cat >"$scene/countersign.conf" <<CONF
[server]
listen = 127.0.0.1:$PORT
public_url = $url

[store]
path = $scene/countersign.db
key_file = $scene/countersign.key

[log]
level = warning
CONF

countersign() {
    "$BUILD/src/cli/countersign" -c "$scene/countersign.conf" "$@"
}

scene_accounts() {
    head -c 9 /dev/urandom | base64 | tr '+/' 'ab' >"$scene/password"
    countersign init
    countersign company add $company --title "Acme Support"
    countersign technician add $email --company $company --name "Ann Archer" \
        --password-file "$scene/password" --keep
}

# Starts the server; returns when it is ready, or fails with its output.
scene_server() {
    mkfifo "$scene/ready"
    "$BUILD/src/proc/countersignd" -c "$scene/countersign.conf" --ready-fd 9 9>"$scene/ready" </dev/null &
    server=$!
    read -r said <"$scene/ready" || said=
    case $said in
    READY*) ;;
    *)
        echo "the server did not start" >&2
        exit 1
        ;;
    esac
}

scene_phone() {
    link=$(countersign --json enrol $email --qr no | sed -n 's/.*"link": *"\([^"]*\)".*/\1/p')
    countersign device enrol "$link" --key-file "$scene/phone.key" --name "Ann's phone"
}
