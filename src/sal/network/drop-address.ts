// Taking one address off a device, and no other with it.
import { sh } from '../sh.ts'

/**
 * For scripts: `drop_address CIDR DEVICE`. The kernel drops all secondary addresses of a network with its first one;
 * those that vanish that way are given back.
 */
export const DROP_ADDRESS = sh`
net_addresses() { ip -o addr show dev "$1" | awk '{ print $4 }'; }
drop_address() {
  others=$(net_addresses "$2")
  ip addr del "$1" dev "$2"
  left=" $(net_addresses "$2" | tr '\n' ' ')"
  for other in $others; do
    [ "$other" != "$1" ] || continue
    case $left in *" $other "*) ;; *) ip addr replace "$other" dev "$2";; esac
  done
}
`
