// The sh programs of `lab.node@1` that run on the machine which carries the lab.
import type { Program } from '../../engine/kind.ts'
import { BOOT } from './node-boot.ts'
import { SOURCES } from './root-programs.ts'

/**
 * Per question: TAG SLUG ADDRESS CLIENT-KEY. A node answers when sshd's banner is read from the controller's place in
 * the lab. One that began to run less than a minute ago and does not answer yet boots. A person who cut or froze it wants
 * no answer.
 */
export const NODE_LOOK: Program = {
  name: 'lab_node_1',
  text: `while [ $# -gt 0 ]; do
  B=/var/lib/ays/lab/$1/nodes/$2 state=absent address= root= memory=none cpus=none disks= host= client= answers=no
  if [ -d $B ]; then
    state=stopped t= p= q=
    { read -r root <$B/root; read -r address <$B/address; read -r host <$B/up/etc/ssh/ssh_host_ed25519_key.pub; } 2>/dev/null
    if [ -r $B/cgroups ]; then
      while read -r m d; do
        [ -d $d ] || continue
        case ,$m, in *,freezer,*|,.,) t=$d;; esac
        : "\${t:=$d}"
        case ,$m, in
        *,memory,*) read -r memory <$d/memory.limit_in_bytes;;
        ,.,) [ ! -r $d/memory.max ] || read -r memory <$d/memory.max; [ ! -r $d/cpu.max ] || read -r cpus <$d/cpu.max;;
        esac
        case ,$m, in *,cpu,*) read -r q <$d/cpu.cfs_quota_us; read -r p <$d/cpu.cfs_period_us; cpus="$q $p";; esac
      done <$B/cgroups
      p= q=
      [ -z "$t" ] || { read -r p <$t/sup/cgroup.procs; read -r q <$t/node/cgroup.procs || read -r q <$t/node/init.scope/cgroup.procs; } 2>/dev/null
      [ -z "$p" ] || [ -z "$q" ] || state=running
    fi
    for i in $B/disks/*.img; do [ -e $i ] && disks=$disks,$(stat -c %s $i); done
    grep -qxF "$4" $B/up/root/.ssh/authorized_keys 2>/dev/null && client=$4
    if [ $state = running ]; then
      if [ -e $B/faults ] && grep -qx -e cut -e freeze $B/faults; then answers=yes
      elif [ "$(nsenter --net=/run/netns/ays-$1-ctl timeout 0.5 bash -c 'exec 3<>"/dev/tcp/$0/22" && head -c 4 <&3' "$3" 2>/dev/null)" = SSH- ]; then answers=yes
      elif [ $(($(date +%s) - $(stat -c %Y $B/cgroups))) -lt 60 ]; then answers=boots; fi
    fi
  fi
  printf '%s\\n' "state $state" "address $address" "root $root" "memory $memory" "cpus $cpus" "disks \${disks#,}" "host $host" "client $client" "answers $answers"
  end; shift 4
done`,
}

/**
 * TAG SLUG HOSTNAME ADDRESS ROOT DISKS CLIENT-KEY HOST-KEY.pub; the host's private key on stdin. Everything that makes the
 * node what it is goes into its upper layer; what is there already stays.
 */
export const NODE_MAKE = `set -e
${SOURCES}
tag=$1 slug=$2 host=$3 ip=$4 want=$5 disks=$6 client=$7 public=$8
lab=/var/lib/ays/lab/$tag; B=$lab/nodes/$slug; U=$B/up; umask 022
case $want in host) root=/;; debian:*) root=$(readlink -f "$lab/roots/\${want#debian:}");; *) root=\${want%/};; esac
for p in lib/systemd/systemd usr/sbin/sshd; do
  [ -x "$root/$p" ] || { echo "The root of the node, $root, has no /$p; systemd and openssh-server are needed." >&2; exit 1; }
done
mkdir -p $B/wk $B/rt $B/disks $U/etc/ssh/sshd_config.d $U/etc/apt/apt.conf.d $U/etc/dpkg/dpkg.cfg.d $U/etc/systemd/system $U/root/.ssh
chmod 700 $U/root $U/root/.ssh; : >>$U/root/.ssh/authorized_keys; chmod 600 $U/root/.ssh/authorized_keys
if [ ! -e $B/root ]; then
  if [ "$want" = host ]; then
    for d in root etc/systemd/system var/lib/ays etc/ays etc/apt/sources.list.d; do
      mkdir -p $U/$d; setfattr -n trusted.overlay.opaque -v y $U/$d
    done
    mkdir -p $U/etc/systemd/system/multi-user.target.wants $U/usr/sbin
    ln -sfn /lib/systemd/system/ssh.service $U/etc/systemd/system/multi-user.target.wants/ssh.service
    [ ! -e /usr/sbin/policy-rc.d ] || mknod $U/usr/sbin/policy-rc.d c 0 0
  fi
  : >$U/etc/fstab; : >$U/etc/crypttab; echo '# A lab node has no name servers.' >$U/etc/resolv.conf
  printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n::1 localhost ip6-localhost ip6-loopback\\n' "$host" >$U/etc/hosts
  printf '%s\\n' "$host" >$U/etc/hostname; printf '%s %s' $tag $slug | md5sum | cut -c1-32 >$U/etc/machine-id
  echo force-unsafe-io >$U/etc/dpkg/dpkg.cfg.d/ays-lab
  if [ "\${want#/}" = "$want" ] && command -v apt-get >/dev/null; then
    suite=$( . "$root/etc/os-release"; echo "$VERSION_CODENAME" ); sources=$(sources_for "$suite")
    printf 'Acquire::http::Proxy "http://10.77.0.1:3142";\\nAcquire::Languages "none";\\n' >$U/etc/apt/apt.conf.d/00ays-lab
    rm -f $U/etc/apt/sources.list.d/*; printf '%s\\n' "$sources" | sed 's|\\([ ]\\)https://|\\1http://|' >$U/etc/apt/sources.list
    if [ "$want" != host ]; then
      printf '%s\\n' "$sources" | sed -n 's/.*\\[signed-by=\\([^]]*\\)\\].*/\\1/p' | tr ',' '\\n' | sort -u | while read -r k; do
        [ ! -f "$k" ] || { mkdir -p "$U\${k%/*}"; cp "$k" "$U$k"; }
      done
    fi
  fi
fi
printf 'UseDNS no\\nUsePAM no\\nHostKey /etc/ssh/ssh_host_ed25519_key\\nMaxSessions 256\\nMaxStartups 100:30:200\\nKexAlgorithms curve25519-sha256\\n' >$U/etc/ssh/sshd_config.d/00-ays-lab.conf
k=$U/etc/ssh/ssh_host_ed25519_key; rm -f $k; (umask 077; cat >$k); printf '%s\\n' "$public" >$k.pub
grep -qxF "$client" $U/root/.ssh/authorized_keys || printf '%s\\n' "$client" >>$U/root/.ssh/authorized_keys
letters='b c d e f g h i j k l m n o p q r s t u v w x y z'
for size in $(echo "$disks" | tr , ' '); do
  img=$B/disks/vd\${letters%% *}.img; letters=\${letters#* }
  [ -e $img ] && [ $(stat -c %s $img) -ge $size ] || truncate -s $size $img
done
printf '%s\\n' "$ip" >$B/address
[ -e $B/root ] || { printf '%s\\n%s\\n' "$want" "\${root:-/}" >$B/root.part; mv $B/root.part $B/root; }`

/** sh functions: `groups_of N` finds a node's control groups wherever they are; `end_all DIRS` ends all processes in them. */
const GROUPS = `groups_of() { find /sys/fs/cgroup -type d -name 'ays-*' -prune -name "$1" -print 2>/dev/null; }
end_all() {
  for d in "$@"; do
    [ ! -e $d/freezer.state ] || echo THAWED >$d/freezer.state
    [ ! -e $d/cgroup.freeze ] || echo 0 >$d/cgroup.freeze
  done
  i=0; while [ $i -lt 500 ]; do
    p=$(for d in "$@"; do [ ! -d $d ] || find $d -name cgroup.procs -exec cat {} + 2>/dev/null; done | sort -u)
    [ -n "$p" ] || break
    kill -9 $p 2>/dev/null || :; sleep 0.01; i=$((i+1))
  done
  for d in "$@"; do i=0; while [ -d $d ] && [ $i -lt 100 ]; do find $d -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.02; i=$((i+1)); done; done
}`

/** sh: sets the limits of the group whose lines `controllers folder` stand in cgroups: `limit MEMORY CPUS`, '' for none. */
const LIMIT = `limit() {
  memory= cpus=
  while read -r m d; do
    case ,$m, in *,memory,*)
      memory=yes; echo -1 >$d/memory.memsw.limit_in_bytes 2>/dev/null || :; echo "\${1:--1}" >$d/memory.limit_in_bytes
      [ -z "$1" ] || echo $1 >$d/memory.memsw.limit_in_bytes 2>/dev/null || :;;
    esac
    case ,$m, in *,cpu,*) cpus=yes; echo 100000 >$d/cpu.cfs_period_us; echo "\${2:--1}" >$d/cpu.cfs_quota_us;; esac
    [ "$m" = . ] || continue
    [ ! -e $d/memory.max ] || { memory=yes; echo "\${1:-max}" >$d/memory.max; [ ! -e $d/memory.swap.max ] || echo "$([ -n "$1" ] && echo 0 || echo max)" >$d/memory.swap.max; }
    [ ! -e $d/cpu.max ] || { cpus=yes; echo "\${2:-max} 100000" >$d/cpu.max; }
  done <$B/cgroups
  [ -z "$1" ] || [ -n "$memory" ] || { echo 'The control groups of this machine cannot limit memory; leave out memory.' >&2; exit 1; }
  [ -z "$2" ] || [ -n "$cpus" ] || { echo 'The control groups of this machine cannot limit processors; leave out cpus.' >&2; exit 1; }
}`

/** TAG SLUG ADDRESS MEMORY QUOTA: bytes and microseconds of each 100 ms, '' for no limit. What still runs of it is ended first. */
export const NODE_START = `set -e
${GROUPS}
${LIMIT}
tag=$1 slug=$2 ip=$3; lab=/var/lib/ays/lab/$tag B=/var/lib/ays/lab/$tag/nodes/$slug n=ays-$tag-$slug
exec 8>$lab/lock; flock 8
end_all $(groups_of $n); rm -f $B/faults $B/started
cat >$B/boot.sh <<'BOOT'
${BOOT}
BOOT
: >$B/loops.part
for img in $B/disks/*.img; do
  [ -e $img ] || continue
  loop=$(losetup -n -O NAME,MAJ:MIN -j $img | head -n 1)
  if [ -n "$loop" ]; then losetup -c \${loop%% *}; else losetup -f $img; loop=$(losetup -n -O NAME,MAJ:MIN -j $img | head -n 1); fi
  name=\${img##*/}; echo \${name%.img} $loop >>$B/loops.part
done; mv $B/loops.part $B/loops
: >$B/cgroups.part
while IFS=: read -r i c p; do
  case $c in '') m=unified; [ ! -e /sys/fs/cgroup/cgroup.controllers ] || m=.;; name=*) m=\${c#name=};; *) m=$c;; esac
  [ -d /sys/fs/cgroup/$m ] || continue
  if [ "$m" = . ]; then for c in cpu memory pids; do echo +$c >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null && p= || :; done; fi
  [ "$p" != / ] && [ ! -d /run/systemd/system ] || p=
  d=/sys/fs/cgroup/$m$p; d=\${d%/.}; [ "$m" != . ] || d=/sys/fs/cgroup$p
  echo "$m $d/$n" >>$B/cgroups.part
done </proc/self/cgroup
mv $B/cgroups.part $B/cgroups
while read -r m d; do
  mkdir -p $d
  [ ! -e $d/cpuset.cpus ] || [ ! -e $d/cpuset.mems ] || [ "$m" = . ] || for k in cpus mems; do cat \${d%/*}/cpuset.$k >$d/cpuset.$k; done
  case ,$m, in *,devices,*)
    echo a >$d/devices.deny
    { printf '%s\\n' 'c *:* m' 'b *:* m' 'c 1:3 rwm' 'c 1:5 rwm' 'c 1:7 rwm' 'c 1:8 rwm' 'c 1:9 rwm' 'c 5:0 rwm' 'c 5:1 rwm' 'c 5:2 rwm' 'c 136:* rwm' 'c 10:200 rwm' 'c 10:229 rwm' 'c 10:234 rwm'
      while read -r name loop no; do echo "b $no rwm"; done <$B/loops; } | while read -r rule; do echo "$rule" >$d/devices.allow; done;;
  esac
  [ "$m" != . ] || for c in $(cat $d/cgroup.controllers); do echo +$c >$d/cgroup.subtree_control 2>/dev/null || :; done
  mkdir -p $d/sup $d/node
  [ ! -e $d/sup/cpuset.cpus ] || [ "$m" = . ] || for k in cpus mems; do for s in sup node; do cat $d/cpuset.$k >$d/$s/cpuset.$k; done; done
done <$B/cgroups
limit "$4" "$5"
setsid -f env --default-signal sh $B/boot.sh run $tag $slug $ip >$B/log 2>&1 </dev/null 8>&-
t=$(sed -n 's/^\\(.*,\\)*freezer\\(,.*\\)* //p' $B/cgroups); [ -n "$t" ] || t=$(sed -n '$s/^[^ ]* //p' $B/cgroups)
i=0; while [ ! -e $B/started ]; do
  i=$((i+1))
  if [ $i -gt 1000 ] || { [ $i -gt 100 ] && [ -z "$(cat $t/sup/cgroup.procs)" ]; }; then echo 'The node did not start:' >&2; tail -n 5 $B/log >&2; exit 1; fi
  sleep 0.01
done`

/** TAG SLUG MEMORY QUOTA, as in NODE_START, for a node that runs. */
export const NODE_LIMIT = `set -e
B=/var/lib/ays/lab/$1/nodes/$2
${LIMIT}
limit "$3" "$4"`

/** TAG SLUG. Ends the node as a cut of its power would; its disks and changes stay. */
export const NODE_STOP = `set -e
${GROUPS}
end_all $(groups_of ays-$1-$2)`

/** TAG SLUG. Nothing of the node remains. The connections that people kept open to it end with it. */
export const NODE_REMOVE = `set -e
${GROUPS}
tag=$1 slug=$2; lab=/var/lib/ays/lab/$tag n=ays-$1-$2 f=ays-$1-fab c=ays-$1-ctl; B=$lab/nodes/$slug
end_all $(groups_of $n)
ip=$(cat $B/address 2>/dev/null || :)
if [ -n "$ip" ]; then
  ip -n $f link del v\${ip#10.77.} 2>/dev/null || :
  if [ -e /run/netns/$c ]; then for p in $(ip netns pids $c); do
    ! tr '\\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -qF " $ip " || kill $p 2>/dev/null || :
  done; fi
  [ ! -e $B/faults ] || nsenter --net=/run/netns/$f nft delete table bridge "ays_$(echo \${ip#10.77.} | tr . _)" 2>/dev/null || :
fi
[ ! -e /run/netns/$n ] || ip netns del $n
for img in $B/disks/*.img; do [ ! -e $img ] || for l in $(losetup -n -O NAME -j $img); do losetup -d $l; done; done
i=0; until rm -rf $B 2>/dev/null; do i=$((i+1)); [ $i -lt 100 ] || { rm -rf $B; exit 1; }; sleep 0.02; done
rmdir $lab/nodes $lab 2>/dev/null || :`
