# What steps.sh uses. POSIX sh; docker, kubectl and (for a cluster of its own) kind are needed, nothing else.
# A mark (@V1@) stands for a name or an address that each cluster chooses otherwise; $fills holds what they are here.

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { printf 'could not be tried: %s\n' "$*" >&2; exit 2; }

value() { printf 's|%s|%s|g\n' "$1" "$2" >>"$fills"; }
now() { printf '%s' "$1" | sed -f "$fills"; }
fill() { sed -f "$fills" "$bundle/steps/$1"; }

# until SECONDS WHAT COMMAND…: asks again until the command prints something.
until_said() {
  seconds=$1 what=$2; shift 2
  end=$(($(date +%s) + seconds))
  while :; do
    said=$("$@" 2>/dev/null) && [ -n "$said" ] && return 0
    [ "$(date +%s)" -lt "$end" ] || fail "$what: not within $seconds s"
    sleep 1
  done
}

# The marks of the nodes, in the order in which they were recorded: control planes, then workers.
nodes() {
  role=$1; shift
  case $role in control-plane) selector='node-role.kubernetes.io/control-plane' ;; *) selector='!node-role.kubernetes.io/control-plane' ;; esac
  for name in $(kubectl get nodes -l "$selector" -o 'jsonpath={.items[*].metadata.name}'); do
    [ $# -gt 0 ] || break
    value "$1" "$name"; shift
    addresses=$(kubectl get node "$name" -o 'jsonpath={.status.addresses[?(@.type=="InternalIP")].address}')
    for address in $addresses; do
      case ${1-} in +*) value "${1#+}" "$address"; shift ;; esac
    done
    while [ $# -gt 0 ]; do case $1 in +*) shift ;; *) break ;; esac; done
  done
  [ $# -eq 0 ] || fail "this cluster has fewer nodes ($role) than the recorded one"
}

apply() {
  say "apply $1"
  fill "$1" | kubectl apply --server-side --force-conflicts --field-manager=repro -f - >/dev/null || fail "apply $1"
}

# The programs of the pods, as a ConfigMap that is mounted at /app.
programs() {
  ns=$(now "$1")
  until_said 30 "namespace $ns has its account" kubectl -n "$ns" get serviceaccount default -o name
  kubectl -n "$ns" create configmap programs --from-file="$bundle/programs" >/dev/null || fail "programs in $ns"
}

# pod NAMESPACE NAME MARK…: waits until it runs; its addresses are the marks.
pod() {
  ns=$(now "$1") name=$(now "$2"); shift 2
  until_said 120 "pod $name runs" kubectl -n "$ns" get pod "$name" -o 'jsonpath={.status.containerStatuses[0].state.running.startedAt}'
  until_said 30 "pod $name has addresses" kubectl -n "$ns" get pod "$name" -o 'jsonpath={.status.podIPs[*].ip}'
  for address in $said; do [ $# -gt 0 ] || break; value "$1" "$address"; shift; done
}

# service NAMESPACE NAME MARK… [+MARK…]: cluster IPs, then node ports.
service() {
  ns=$(now "$1") name=$(now "$2"); shift 2
  until_said 30 "Service $name has an address" kubectl -n "$ns" get service "$name" -o 'jsonpath={.spec.clusterIPs[*]}'
  for address in $said; do case ${1-} in '' | +*) ;; *) value "$1" "$address"; shift ;; esac; done
  for port in $(kubectl -n "$ns" get service "$name" -o 'jsonpath={.spec.ports[*].nodePort}'); do
    [ $# -gt 0 ] || break
    value "${1#+}" "$port"; shift
  done
}

patch() {
  say "patch $2 $4"
  fill "$1" | kubectl -n "$(now "$3")" patch "$2" "$(now "$4")" --type=merge ${5:+--subresource="$5"} --patch-file=/dev/stdin >/dev/null || fail "patch $1"
}

remove() {
  say "delete $1 $3"
  grace=${4-}
  [ "$grace" != 0 ] || grace='0 --force'
  # shellcheck disable=SC2086
  kubectl -n "$(now "$2")" delete "$1" "$(now "$3")" --ignore-not-found --wait=false ${grace:+--grace-period=$grace} >/dev/null 2>&1 || fail "delete $1 $3"
}

request() {
  say "$1 $2"
  fill "$3" | kubectl create --raw "$(now "$2")" -f - >/dev/null || say "answered with an error, as it may have then"
}

# A kind node is a container; NODE_EXEC names another way to a node (it gets its name, then the command).
on_node() { node=$1; shift; ${NODE_EXEC:-docker exec -i} "$node" "$@"; }

on_node_file() {
  say "on $(now "$1"): $(fill "$2" | tail -1 | cut -c1-100)"
  fill "$2" | on_node "$(now "$1")" sh -s || say "ended with an error, as it may have then"
}

in_pod_file() {
  say "in pod $(now "$2"): $(fill "$4" | tail -1 | cut -c1-100)"
  fill "$4" | kubectl -n "$(now "$1")" exec -i "$(now "$2")" ${3:+-c "$3"} -- sh -s || say "ended with an error, as it may have then"
}

kept() { "$@" >>"$out/kept.log" 2>&1 & jobs="$jobs $!"; }

pause() { sleep "$1"; }

watch_rows() {
  for name in $(kubectl get nodes -o 'jsonpath={.items[*].metadata.name}'); do
    for family in ipv4 ipv6; do
      kept_rows=$out/rows-$name-$family.txt
      on_node "$name" timeout 900 conntrack -E -f "$family" -o timestamp,extended,id >"$kept_rows" 2>/dev/null </dev/null &
      jobs="$jobs $!"
    done
  done
}

rows_now() {
  for name in $(kubectl get nodes -o 'jsonpath={.items[*].metadata.name}'); do
    for family in ipv4 ipv6; do on_node "$name" conntrack -L -f "$family" -o extended </dev/null 2>/dev/null | sed "s|^|$name |"; done
  done
}

# stays SECONDS PATTERN SAYING: the row that matches must go within the time.
row_must_go() {
  pattern=$(now "$2") end=$(($(date +%s) + $1))
  say "looks for $1 s whether this row goes: $pattern"
  while :; do
    rows_now >"$out/rows-at-the-end.txt"
    row=$(grep -E "$pattern" "$out/rows-at-the-end.txt" | head -1) || true
    [ -n "$row" ] || { say "expected: the row is gone"; return 0; }
    [ "$(date +%s)" -lt "$end" ] || break
    sleep 1
  done
  say "DEFECT: $1 s after the last step the row is still there: $row"
  return 1
}

# row_must_stay PATTERN: no such row may have been destroyed.
row_must_stay() {
  rows_now >"$out/rows-at-the-end.txt"
  pattern=$(now "$1")
  sleep 5
  ended=$(grep -hE "\[DESTROY\].*$pattern" "$out"/rows-*-ipv?.txt | head -1) || true
  [ -n "$ended" ] || { say "expected: no row like $pattern was destroyed"; return 0; }
  say "DEFECT: a row that had to stay was destroyed: $ended"
  return 1
}
