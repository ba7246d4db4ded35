#!/usr/bin/env bash
# Part of scripts/bench: the servers that all contenders are measured against, on loopback, on ports
# that were free.

# What everybody is answered.
readonly answer='{"result":{"success":true}}'

# make_authority FOLDER: a certificate authority and a server certificate for loopback by it.
make_authority() {
    local new=(openssl req -x509 -newkey ec -pkeyopt 'ec_paramgen_curve:prime256v1' -noenc -days 2)
    (
        cd -- "$1"
        "${new[@]}" -keyout ca.key -out ca.pem -subj '/CN=oauth-batch bench authority' \
            -addext keyUsage=critical,keyCertSign
        "${new[@]}" -keyout server.key -out server.pem -CA ca.pem -CAkey ca.key -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
            -addext basicConstraints=critical,CA:FALSE
    ) >"$1/openssl.log" 2>&1 || fail "openssl made no certificate: $(cat -- "$1/openssl.log")"
}

# nginx_configuration FOLDER PORT: plain http there, https one further, and two further https that
# logs when each request was answered.
nginx_configuration() {
    local folder=$1 port=$2 kind
    [ "$(id -u)" -ne 0 ] || echo 'user root;'
    cat <<CONFIGURATION
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events { worker_connections 1000; }
http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    keepalive_time 24h;
    default_type application/json;
    log_format moment '\$msec';
    ssl_certificate $folder/server.pem;
    ssl_certificate_key $folder/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
CONFIGURATION
    for kind in client_body proxy fastcgi uwsgi scgi; do
        echo "    ${kind}_temp_path $folder/$kind;"
    done
    cat <<CONFIGURATION
    server {
        listen 127.0.0.1:$port backlog=1024;
        location = /served { stub_status; }
        location = /api/managed_users/EAlast/custom_oauth_profiles/322/assign { return 401; }
        location / { return 200 '$answer'; }
    }
    server {
        listen 127.0.0.1:$((port + 1)) ssl backlog=1024;
        return 200 '$answer';
    }
    server {
        listen 127.0.0.1:$((port + 2)) ssl;
        access_log $folder/moments.log moment;
        return 200 '$answer';
    }
}
CONFIGURATION
}

# start_nginx FOLDER: sets nginx_pid, http_port, https_port and logging_port.
start_nginx() {
    local folder=$1 attempt
    for attempt in {1..20}; do
        http_port=$((20000 + (RANDOM * 4 + attempt) % 12000))
        nginx_configuration "$folder" "$http_port" >"$folder/nginx.conf"
        rm -f -- "$folder/nginx.pid"
        /usr/sbin/nginx -e "$folder/nginx.log" -c "$folder/nginx.conf" 2>"$folder/nginx.out" &
        nginx_pid=$!
        if wait_for "$nginx_pid" "$folder/nginx.pid"; then
            https_port=$((http_port + 1))
            # shellcheck disable=SC2034 # for the suites
            logging_port=$((http_port + 2))
            return
        fi
        wait "$nginx_pid" || true # somebody had one of the ports
    done
    nginx_pid=
    fail "nginx does not start: $(cat -- "$folder/nginx.log")"
}

# start_sandbox PROGRAM FOLDER: sets sandbox_pid and sandbox_port; over plain http, without a quota.
start_sandbox() {
    rm -f -- "$2/sandbox.port"
    "$1" --port=0 --port-file="$2/sandbox.port" --quota=off >"$2/sandbox.log" 2>&1 &
    sandbox_pid=$!
    wait_for "$sandbox_pid" "$2/sandbox.port" || fail "the sandbox does not start: $2/sandbox.log"
    # shellcheck disable=SC2034 # for the suites
    sandbox_port=$(cat -- "$2/sandbox.port")
}

# wait_for PID FILE: until the process has written the file; fails when it ends before, or after 30 s.
wait_for() {
    local tries=0
    until [ -s "$2" ]; do
        kill -0 "$1" 2>/dev/null && [ "$((tries += 1))" -le 600 ] || return 1
        sleep 0.05
    done
}

stop_process() {
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

stop_sandbox() {
    stop_process "${sandbox_pid-}"
    sandbox_pid=
}

# stop_servers: those that this run has started.
stop_servers() {
    stop_sandbox
    stop_process "${nginx_pid-}"
    nginx_pid=
}

# base_url SCHEME: of the server to measure against.
base_url() {
    if [ "$1" = https ]; then
        echo "https://127.0.0.1:$https_port"
    else
        echo "http://127.0.0.1:$http_port"
    fi
}

# served_requests: how many nginx has answered, this question included.
served_requests() {
    curl -s "http://127.0.0.1:$http_port/served" | awk 'NR == 3 { print $3 }'
}
