# shellcheck shell=bash
# Judges that others wrote: programs in Go, fetched at a pinned version, built once into a cache
# outside the tree, and used again. Sourced behind ops/lib.sh.
judges=${XDG_CACHE_HOME:-$HOME/.cache}/agencygrid/judges
export GOFLAGS="-p=2 -buildvcs=false -trimpath"

# judge_go PROGRAM MODULE/PATH@VERSION: the program is $judges/bin/PROGRAM; false when it cannot be
# had, with the reason in $judge_reason.
judge_go() {
    local program=$1 package=$2 log
    mkdir -p "$judges/bin"
    [ "$(cat "$judges/bin/$program.version" 2> /dev/null)" != "$package" ] || return 0
    command -v go > /dev/null || { judge_reason="needs go"; return 1; }
    log=$judges/bin/$program.log
    if judge_build "$program" "$package" > "$log" 2>&1; then
        say "$package" > "$judges/bin/$program.version"
    else
        judge_reason="needs $package from a module proxy ($(tail -n 1 "$log"))"
        return 1
    fi
}

# A wrapper module: also programs of modules that `go install` does not take.
judge_build() {
    local program=$1 package=$2 folder
    folder=$(mktemp -d)
    (
        cd "$folder"
        go mod init agencygrid.example/judge
        nice go get "$package"
        nice go build -ldflags "-s -w" -o "$judges/bin/$program" "${package%@*}"
    )
    local code=$?
    rm -rf "$folder"
    return $code
}

# judge_npm PACKAGE@VERSION PROGRAM: the program is $judges/npm/node_modules/.bin/PROGRAM.
judge_npm() {
    local package=$1 log=$judges/npm/log
    mkdir -p "$judges/npm"
    grep -qsFx "$package" "$judges/npm/installed" && return 0
    command -v npm > /dev/null || { judge_reason="needs npm"; return 1; }
    if (cd "$judges/npm" && nice npm i --no-audit --no-fund "$package") > "$log" 2>&1; then
        say "$package" >> "$judges/npm/installed"
    else
        judge_reason="needs $package from a registry of npm"
        return 1
    fi
}

# judge_pip NAME REQUIREMENTS: the programs of these packages are in $python/bin. One process makes
# it, others wait for it.
judge_pip() {
    local wanted log=$judges/python/$1.log
    python=$judges/python/$1
    wanted=$(sha256sum < "$2")
    mkdir -p "$judges/python"
    if (
        flock 9
        [ "$(cat "$python/made" 2> /dev/null)" != "$wanted" ] || exit 0
        rm -f "$python/made"
        python3 -m venv "$python" &&
            nice "$python/bin/pip" install --quiet --disable-pip-version-check -r "$2" &&
            say "$wanted" > "$python/made"
    ) > "$log" 2>&1 9> "$python.lock"; then
        return 0
    fi
    judge_reason="needs python3-venv, and the packages of $2 from PyPI ($(tail -n 1 "$log"))"
    return 1
}

# judge_module MODULE@VERSION: prints the folder of its sources.
judge_module() {
    go mod download -json "$1" 2> /dev/null | jq -r .Dir
}

# Starts one of our servers, which prints its port: sets `port` and `server`, to be stopped by
# judge_stop.
judge_serve() {
    scratch
    "$@" > "$scratch_folder/port" 2> "$scratch_folder/server" &
    server=$!
    for _ in $(seq 100); do
        port=$(head -n 1 "$scratch_folder/port")
        [ -z "$port" ] || return 0
        sleep 0.05
    done
    cat "$scratch_folder/server"
    return 1
}

# The server ends cleanly: no leak, no finding of a sanitizer.
judge_stop() {
    kill -TERM "$server"
    local code=0
    wait "$server" || code=$?
    [ "$code" -eq 0 ] || cat "$scratch_folder/server"
    return "$code"
}

# judge_agencyd PRESET DATA [OPTION...]: an agencyd on a data folder, which is made where there is
# none; its anonymous callers are the operator `admin`. Sets `url`.
judge_agencyd() {
    local build=$root/build/$1 data=$2
    shift 2
    scratch
    [ -d "$data" ] || "$build/agencyctl" --data "$data" init > "$scratch_folder/init"
    "$build/agencyd" --data "$data" --listen 127.0.0.1:0 --anonymous admin "$@" \
        2> "$scratch_folder/agencyd" &
    server=$!
    for _ in $(seq 400); do
        url=$(sed -n 's|.*event=serving .*address=\(127[^ ]*\).*|http://\1|p' \
            "$scratch_folder/agencyd")
        [ -z "$url" ] || return 0
        sleep 0.05
    done
    cat "$scratch_folder/agencyd"
    return 1
}

# It ends cleanly, too.
judge_agencyd_ends() {
    kill -TERM "$server"
    wait "$server" || { cat "$scratch_folder/agencyd"; return 1; }
}

# judge_certificate FOLDER: an authority of its own in ca.pem, a server's certificate for loopback
# in server.pem and server.key, a client's in client.pem and client.key.
judge_certificate() {
    local folder=$1 name
    local new=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2)
    openssl req -x509 "${new[@]}" -keyout "$folder/ca.key" -out "$folder/ca.pem" \
        -subj "/CN=agencygrid test"
    for name in server client; do
        openssl req "${new[@]}" -keyout "$folder/$name.key" -out "$folder/$name.csr" \
            -subj "/CN=$name"
        openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
            -CAcreateserial -days 2 -out "$folder/$name.pem" \
            -extfile <(say "subjectAltName=IP:127.0.0.1,DNS:localhost")
    done
} 2> /dev/null
