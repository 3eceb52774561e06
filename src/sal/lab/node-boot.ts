// The sh program that keeps one lab node up: it runs outside of the node, and once more, inside, as its first process.

/**
 * boot.sh run|init TAG SLUG ADDRESS. `run` gives the node a new network and starts it, again after a reboot inside of it;
 * `init` makes the node's world out of namespaces and becomes systemd.
 * What it reads in the node's folder: root (what was wanted, where it lies), cgroups (controllers and our group in each
 * hierarchy), loops (name, device, numbers), faults.
 * The groups have two below them, `sup` for this program and `node`: limits stand above what the node can write to.
 */
export const BOOT = `set -e
tag=$2 slug=$3 ip=$4; n=ays-$tag-$slug f=ays-$tag-fab B=/var/lib/ays/lab/$2/nodes/$3
join() { while read -r m d; do echo 0 >$d/$1/cgroup.procs; done <$B/cgroups; }
network() {
  v=v\${ip#10.77.}; link=up; ! grep -qx cut $B/faults 2>/dev/null || link=down
  ip -n $f link del $v 2>/dev/null || :
  [ ! -e /run/netns/$n ] || ip netns del $n
  ip netns add $n
  mac=$(IFS=.; printf '02:a7:%02x:%02x:%02x:%02x' $ip)
  ip -n $f link add $v type veth peer name eth0 address $mac netns $n
  ip -n $f link set $v master br0 $link
  ip -n $n -batch - <<IP
link set lo up
addr add $ip/16 dev eth0
link set eth0 up
route change 10.77.0.0/16 dev eth0 proto kernel scope link src $ip quickack 1
route change local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 table local quickack 1
IP
}
disks() { # the sysfs of the node's own disks, under the names they have there; nothing of any other
  mkdir -p $B/blk; mount -t tmpfs -o mode=755,size=8m blk $B/blk; cd $B/blk; mkdir devices block class dev none
  printf 'major minor  #blocks  name\\n\\n' >partitions; printf 'Filename\\t\\t\\t\\tType\\t\\tSize\\t\\tUsed\\t\\tPriority\\n' >swaps
  while read -r name loop no; do
    cp -r /sys/devices/virtual/block/\${loop#/dev/} devices/$name 2>/dev/null || :
    rm -rf devices/$name/loop devices/$name/\${loop#/dev/}p*
    echo "ays-$tag-$slug-$name" >devices/$name/serial
    printf 'MAJOR=%s\\nMINOR=%s\\nDEVNAME=%s\\nDEVTYPE=disk\\n' \${no%:*} \${no#*:} $name >devices/$name/uevent
    ln -s ../devices/virtual/block/$name block/$name
    ln -s ../../devices/virtual/block/$name class/$name
    ln -s ../../devices/virtual/block/$name dev/$no
    read -r sectors <devices/$name/size
    printf '%4s %8s %10s %s\\n' \${no%:*} \${no#*:} $((sectors / 2)) $name >>partitions
  done <$B/loops
  for p in $(for d in /sys/block/*; do d=$(readlink -f $d); echo \${d%/*}; done | sort -u); do mount --bind none $B/rt$p; done
  [ ! -d $B/rt/sys/devices/virtual/block ] || mount --bind devices $B/rt/sys/devices/virtual/block
  mount --bind block $B/rt/sys/block; mount --bind class $B/rt/sys/class/block; mount --bind dev $B/rt/sys/dev/block
  mount --bind partitions $B/rt/proc/partitions; mount --bind swaps $B/rt/proc/swaps; mount --bind /dev/null $B/rt/proc/diskstats
  cd $B/rt
}
groups() {
  grep -q '^[.] ' $B/cgroups || mount -t tmpfs -o mode=755,size=1m cgroup sys/fs/cgroup
  while read -r m d; do
    case $m in .) mount -t cgroup2 cgroup2 sys/fs/cgroup; continue;; esac
    mkdir sys/fs/cgroup/$m
    case $m in
    unified) mount -t cgroup2 cgroup2 sys/fs/cgroup/$m;;
    systemd) mount -t cgroup -o none,name=systemd systemd sys/fs/cgroup/$m;;
    *) mount -t cgroup -o $m $m sys/fs/cgroup/$m;;
    esac
  done <$B/cgroups
}
devices() {
  mount -t tmpfs -o mode=755,size=1m dev dev; mkdir -p dev/pts dev/shm dev/net dev/disk/by-id
  for d in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 fuse:10:229 net/tun:10:200 btrfs-control:10:234; do
    [ ! -e /dev/\${d%%:*} ] || mknod -m 666 dev/\${d%%:*} c $(IFS=:; set -- $d; echo $2 $3)
  done
  chmod 600 dev/btrfs-control 2>/dev/null || :
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
  ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
  while read -r name loop no; do
    mknod -m 660 dev/$name b \${no%:*} \${no#*:}; chgrp 6 dev/$name; ln -s ../../$name dev/disk/by-id/virtio-ays-$tag-$slug-$name
  done <$B/loops
}
kernel() { # settings outside of the node's own network are not for it to change
  mount --bind proc/sys proc/sys; mount --bind proc/sys/net proc/sys/net; mount -o remount,bind,ro proc/sys
  for p in sysrq-trigger kcore; do [ ! -e proc/$p ] || mount --bind dev/null proc/$p; done
}
case $1 in
run)
  join sup
  while :; do
    network
    while read -r m d; do find $d/node -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || :; done <$B/cgroups
    rc=0
    ( join node; exec nsenter --net=/run/netns/$n unshare -m -u -i -p -C --fork --kill-child sh $B/boot.sh init $tag $slug $ip ) || rc=$?
    [ $rc = 129 ] || exit 0
    echo 'The node boots again.'
  done;;
init)
  { read -r want; read -r root; } <$B/root
  mount --make-rprivate /
  mount -t overlay ays-$slug -o "lowerdir=$root,upperdir=$B/up,workdir=$B/wk" $B/rt
  cd $B/rt; mkdir -p proc sys dev run tmp
  mount -t proc proc proc; mount -t sysfs -o ro sysfs sys
  groups
  disks
  mount -t tmpfs -o mode=755,size=64m run run; mount -t tmpfs -o mode=1777,size=1g tmp tmp
  devices
  kernel
  cat etc/hostname >/proc/sys/kernel/hostname
  drop=-sys_time,-sys_module,-syslog,-sys_rawio,-mac_admin,-mac_override
  case $(cat $B/cgroups) in *devices*) ;; *) drop=$drop,-mknod;; esac
  mask=; for u in systemd-timesyncd.service systemd-resolved.service systemd-networkd.service systemd-networkd.socket systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-firstboot.service systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-machine-id-commit.service systemd-sysusers.service systemd-tmpfiles-setup-dev.service systemd-update-done.service systemd-random-seed.service systemd-network-generator.service systemd-hwdb-update.service systemd-remount-fs.service systemd-binfmt.service systemd-modules-load.service systemd-sysctl.service ldconfig.service console-getty.service getty.target dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer man-db.timer systemd-ask-password-console.path systemd-ask-password-wall.path; do mask="$mask systemd.mask=$u"; done
  mkdir run/outside; : >$B/started
  pivot_root . run/outside; cd /; umount -l /run/outside; rmdir /run/outside
  exec env -i container=ays PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin setpriv --bounding-set=$drop /lib/systemd/systemd --system --unit=multi-user.target --log-target=console $mask;;
esac`
