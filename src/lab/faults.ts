// Breaks lab nodes on purpose, as cables, switches and power do, and mends them again.
import { findLabNode, runScript } from './lab.ts'

/**
 * cut: its cable is out · loss: a part of all frames to it is lost · slow: 1 Mbit/s to it and back · freeze: it stops and
 * knows nothing of it · crash: its power goes, and only a start brings it back
 */
export type LabFault = 'cut' | 'loss' | 'freeze' | 'crash' | 'slow'

export interface LabTarget {
  readonly tag: string
  readonly slug: string
}

/** Makes a fault; a fault that is there already is made again. `lossPercent` is for loss, default 30. */
export async function fault(
  target: LabTarget,
  kind: LabFault,
  options: { readonly lossPercent?: number } = {},
): Promise<void> {
  const { address } = await findLabNode(target.tag, target.slug)
  await runScript(FAULT, [target.tag, target.slug, address, kind, String(options.lossPercent ?? 30)])
}

/** Mends all faults of a node but a crash: what crashed is drift, and the next apply starts it. */
export async function heal(target: LabTarget): Promise<void> {
  const { address } = await findLabNode(target.tag, target.slug)
  await runScript(HEAL, [target.tag, target.slug, address])
}

/** sh: where a node's cable, table and groups are. Arguments: TAG SLUG ADDRESS. */
const PLACES = `set -e
tag=$1 slug=$2 ip=$3; B=/var/lib/ays/lab/$tag/nodes/$slug f=ays-$tag-fab v=v\${3#10.77.}
table=ays_$(echo \${ip#10.77.} | tr . _)
in_fabric() { nsenter --net=/run/netns/$f "$@"; }
freeze() { # 1 or 0
  while read -r m d; do
    [ ! -e $d/freezer.state ] || { [ $1 = 1 ] && echo FROZEN || echo THAWED; } >$d/freezer.state
    [ "$m" != . ] || [ ! -e $d/cgroup.freeze ] || echo $1 >$d/cgroup.freeze
  done <$B/cgroups
}
`

const FAULT = `${PLACES}
note() { grep -qx $1 $B/faults 2>/dev/null || echo $1 >>$B/faults; }
case $4 in
cut) note cut; ip -n $f link set $v down;;
loss) note loss; in_fabric nft -f - <<NFT
table bridge $table
delete table bridge $table
table bridge $table {
  chain forward {
    type filter hook forward priority 0
    ether type ip ip daddr $ip numgen random mod 100 < $5 drop
    ether type ip ip saddr $ip numgen random mod 100 < $5 drop
  }
}
NFT
;;
slow) note slow
  in_fabric tc qdisc replace dev $v root tbf rate 1mbit burst 32k latency 400ms
  nsenter --net=/run/netns/ays-$tag-$slug tc qdisc replace dev eth0 root tbf rate 1mbit burst 32k latency 400ms;;
freeze) note freeze; freeze 1;;
crash) rm -f $B/faults
  while read -r m d; do [ ! -e $d/freezer.state ] || echo THAWED >$d/freezer.state; done <$B/cgroups
  i=0; while [ $i -lt 300 ]; do
    p=$(while read -r m d; do [ ! -d $d ] || find $d -name cgroup.procs -exec cat {} + 2>/dev/null; done <$B/cgroups | sort -u)
    [ -n "$p" ] || break
    kill -9 $p 2>/dev/null || :; sleep 0.01; i=$((i+1))
  done;;
esac`

const HEAL = `${PLACES}
freeze 0
ip -n $f link set $v up 2>/dev/null || :
in_fabric nft delete table bridge $table 2>/dev/null || :
in_fabric tc qdisc del dev $v root 2>/dev/null || :
nsenter --net=/run/netns/ays-$tag-$slug tc qdisc del dev eth0 root 2>/dev/null || :
rm -f $B/faults`
