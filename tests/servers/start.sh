#!/bin/bash
# One real server for tests, without containers.
#
#   start.sh NAME WORKDIR ['key: value' settings…]   starts it, waits until it is ready, prints what tests read
#   start.sh --stop WORKDIR                          ends it
#
# NAME is a folder beside this script. SECURITY=1: TLS and users. Everything it writes lies in WORKDIR; a second call
# with the same WORKDIR prints the same again while it runs, and keeps the port when it was stopped. The first start of
# a NAME downloads into O365_SERVERS (default ~/.cache/o365collector/servers) under a lock.
set -euo pipefail
if [ "${1:-}" = --stop ]; then
  pid=$(cat "$2/pid" 2>/dev/null) || exit 0
  kill "$pid" 2>/dev/null || exit 0
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.2; done
  kill -9 "$pid"; exit
fi
name=${1:?NAME}; here=$(cd "$(dirname "$0")" && pwd)/$name; mkdir -p "${2:?WORKDIR}"; dir=$(cd "$2" && pwd); shift 2
[ -f "$here/recipe.sh" ] || { echo "no such server: $name" >&2; exit 2; }
if kill -0 "$(cat "$dir/pid" 2>/dev/null || echo none)" 2>/dev/null && [ -f "$dir/env" ]; then cat "$dir/env"; exit; fi
rm -f "$dir/env"
parts=${O365_SERVERS:-$HOME/.cache/o365collector/servers}/$name; mkdir -p "$parts"

# free_ports COUNT: so many ports that nobody listens on now
free_ports() {
  python3 -c 'import socket, sys
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*[x.getsockname()[1] for x in s])' "$1"
}

# certificates FOLDER: ca.crt, and server.crt with server.key for localhost and 127.0.0.1
certificates() (
  cd "$1"; [ ! -f server.crt ] || exit 0
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=test-ca -keyout ca.key -out ca.crt \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
  openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out server.crt \
    -extfile <(echo subjectAltName=DNS:localhost,IP:127.0.0.1)
) 2> "$dir/openssl.log"

# java_logging FILE: warnings to standard output
java_logging() {
  cat > "$1" <<'X'
status = error
appender.c.type = Console
appender.c.name = c
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1.} %m%n
rootLogger.level = warn
rootLogger.appenderRef.c.ref = c
X
}

# A recipe defines install (into $parts, once), launch (sets pid), is_ready, and environment (prints what tests read).
# shellcheck source=/dev/null
. "$here/recipe.sh"

(flock 9; [ -f "$parts/ready" ] || { install && touch "$parts/ready"; }) 9> "$parts.lock" >&2
port=$(cat "$dir/port" 2>/dev/null || free_ports 1); echo "$port" > "$dir/port"
launch "$@" > "$dir/log" 2>&1 < /dev/null
echo "$pid" > "$dir/pid"
for _ in $(seq 300); do
  if is_ready; then environment | tee "$dir/env"; exit; fi
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.3
done
echo "$name does not get ready; the end of $dir/log:" >&2; tail -30 "$dir/log" >&2
kill "$pid" 2>/dev/null || true; exit 1
