// The sh programs of `lab.network@1`. $1 is the workspace's tag throughout.
import type { Program } from '../../engine/kind.ts'

/** Per question: TAG. Port 3142 is 0C46 in /proc/net/tcp, state 0A listens. */
export const NETWORK_LOOK: Program = {
  name: 'lab_network_1',
  text: `while [ $# -gt 0 ]; do
  f=ays-$1-fab c=ays-$1-ctl; fabric=no controller=no proxy=no
  case $([ -e /run/netns/$f ] && ip -n $f -o link show br0 2>/dev/null) in *,UP*|*UP,*) fabric=yes;; esac
  case $([ -e /run/netns/$c ] && ip -n $c -o -4 addr show dev eth0 2>/dev/null) in *' 10.77.0.1/16 '*) controller=yes;; esac
  [ $controller = yes ] && nsenter --net=/run/netns/$c cat /proc/self/net/tcp 2>/dev/null | grep -q '^ *[0-9]*: [0-9A-F]*:0C46 [0-9A-F:]* 0A ' && proxy=yes
  printf 'fabric %s\\ncontroller %s\\nproxy %s\\n' $fabric $controller $proxy
  end; shift
done`,
}

/** TAG NODE PROGRAM. The proxy's socket is opened in the lab's network, the proxy behind it runs in the machine's. */
export const NETWORK_UP = `set -e
tag=$1 node=$2 program=$3; lab=/var/lib/ays/lab/$tag f=ays-$tag-fab c=ays-$tag-ctl
mkdir -p -m 755 /var/lib/ays /var/lib/ays/lab; mkdir -p -m 700 $lab; mkdir -p $lab/nodes
exec 8>$lab/lock; flock 8
i=/proc/sys/fs/inotify/max_user_instances; [ "$(cat $i)" -ge 8192 ] || echo 8192 >$i
[ -e /run/netns/$f ] || ip netns add $f
ip -n $f link show br0 >/dev/null 2>&1 || ip -n $f link add br0 address 02:a7:ff:ff:ff:fe type bridge
ip -n $f link set br0 up
if ! [ -e /run/netns/$c ] || ! ip -n $c -o -4 addr show dev eth0 2>/dev/null | grep -q ' 10.77.0.1/16 '; then
  ip -n $f link del ctl0 2>/dev/null || true
  [ ! -e /run/netns/$c ] || ip netns del $c
  ip netns add $c
  ip -n $f link add ctl0 type veth peer name eth0 address 02:a7:0a:4d:00:01 netns $c
  printf 'link set lo up\\naddr add 10.77.0.1/16 dev eth0\\nlink set eth0 up\\nroute change 10.77.0.0/16 dev eth0 proto kernel scope link src 10.77.0.1 quickack 1\\n' | ip -n $c -batch -
fi
ip -n $f link set ctl0 master br0 up
[ -n "$program" ] || exit 0
listens() { nsenter --net=/run/netns/$c cat /proc/self/net/tcp | grep -q '^ *[0-9]*: [0-9A-F]*:0C46 [0-9A-F:]* 0A '; }
listens && exit 0
[ -r "$program" ] || { echo "The proxy for packages is not at $program." >&2; exit 1; }
out=/proc/1/ns/net
if [ "$(readlink $out)" != "$(readlink /proc/self/ns/net)" ]; then
  out=/run/netns/ays-$tag-out; [ -e $out ] || ip netns attach ays-$tag-out $$
fi
mkdir -p /var/cache/ays/lab/apt
nsenter --net=/run/netns/$c setsid -f env --default-signal sh -c 'echo $$ >"$1/proxy.pid"; exec systemd-socket-activate -l 10.77.0.1:3142 nsenter --net="$2" "$3" "$4" /var/cache/ays/lab/apt "$1/proxy.log"' sh $lab $out "$node" "$program" >$lab/proxy.err 2>&1 </dev/null 8>&-
i=0; until listens; do i=$((i+1)); [ $i -lt 250 ] || { tail -n 5 $lab/proxy.err >&2; exit 1; }; sleep 0.02; done`

/** TAG. Ends what still uses the network, such as connections that ssh kept open. */
export const NETWORK_DOWN = `set -e
tag=$1; lab=/var/lib/ays/lab/$tag f=ays-$tag-fab c=ays-$tag-ctl
if [ -s $lab/proxy.pid ]; then
  p=$(cat $lab/proxy.pid)
  if tr '\\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -q " $lab/proxy.log "; then
    kill -9 "$p" 2>/dev/null || true
    i=0; while [ $i -lt 200 ] && [ -e "/proc/$p/status" ] && ! grep -q '^State:.Z' "/proc/$p/status"; do sleep 0.01; i=$((i+1)); done
  fi
fi
if [ -e /run/netns/$c ]; then for p in $(ip netns pids $c); do kill -9 "$p" 2>/dev/null || true; done; fi
[ ! -e /run/netns/$f ] || ip -n $f link del ctl0 2>/dev/null || true
for n in $c $f ays-$tag-out; do [ ! -e /run/netns/$n ] || ip netns del $n; done
rm -f $lab/proxy.pid $lab/proxy.log $lab/proxy.err $lab/lock
for d in $lab/roots $lab/nodes $lab /var/lib/ays/lab /var/lib/ays; do rmdir $d 2>/dev/null || true; done`
