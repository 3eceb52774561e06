// Takes away everything of a workspace's lab, also when its state is lost: names on this machine are enough.
import { NETWORK_DOWN } from '../sal/lab/network-programs.ts'
import { NODE_REMOVE } from '../sal/lab/node-programs.ts'
import { runScript } from './lab.ts'

/** Gives what was there, in the order in which it went: slugs of nodes, then `network`. Caches stay. */
export async function labDown(tag: string): Promise<readonly string[]> {
  if (!/^[0-9a-f]{8}$/.test(tag)) throw new RangeError(`${tag} is no tag of a workspace: 8 hex digits.`)
  const slugs = (await runScript(NODES, [tag])).split('\n').filter(Boolean)
  for (const slug of slugs) await runScript(NODE_REMOVE, [tag, slug])
  const network = (await runScript(NETWORK, [tag])).trim()
  await runScript(REST, [tag])
  await runScript(NETWORK_DOWN, [tag])
  return [...slugs, ...(network ? ['network'] : [])]
}

/** Nodes by their folders, network namespaces and control groups; any one of them is enough. */
const NODES = `{ ls /var/lib/ays/lab/$1/nodes 2>/dev/null
ls /run/netns 2>/dev/null | sed -n "s/^ays-$1-//p"
find /sys/fs/cgroup -type d -name "ays-$1-*" -prune 2>/dev/null | sed "s|.*/ays-$1-||"; } | grep -vx -e fab -e ctl -e out | sort -u`

const NETWORK = `[ ! -e /run/netns/ays-$1-fab ] && [ ! -e /run/netns/ays-$1-ctl ] && [ ! -e /var/lib/ays/lab/$1 ] || echo network`

/** Loop devices whose files lie in the lab's folder, also when the files are gone, and links to roots. */
const REST = `losetup -n -O NAME,BACK-FILE | while read -r loop file; do case $file in /var/lib/ays/lab/$1/*) losetup -d $loop;; esac; done
rm -rf /var/lib/ays/lab/$1/roots`
