// A tiny repository of Debian packages, made by dpkg-deb on the node itself, so that nothing is fetched from anywhere.

/**
 * Makes the packages and points apt at them alone. $1 is a folder that apt's own user may read.
 * - ays-test-a 1.0 and 2.0 need ays-test-b; ays-test-mine needs ays-test-a; ays-test-other stands alone;
 * - ays-test-daemon brings a service, which its postinst enables and asks policy-rc.d whether to start.
 */
export const MAKE_REPOSITORY = `set -e
repo=$1
rm -rf "$repo"
mkdir -p "$repo"
chmod 755 "$repo"
cd "$repo"
: >Packages
deb() { # name version depends
  dir=$repo/build/$1
  mkdir -p "$dir/DEBIAN"
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: nobody <nobody@example.invalid>\\nDescription: for tests\\n' "$1" "$2" >"$dir/DEBIAN/control"
  [ -z "$3" ] || printf 'Depends: %s\\n' "$3" >>"$dir/DEBIAN/control"
  chmod -R go-w "$dir"
  chmod 755 "$dir" "$dir/DEBIAN"
  dpkg-deb -Znone --root-owner-group -b "$dir" "$repo/$1_$2.deb" >/dev/null
  cat "$dir/DEBIAN/control" >>Packages
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$1_$2.deb" "$(stat -c %s "$1_$2.deb")" "$(sha256sum <"$1_$2.deb" | cut -c1-64)" >>Packages
}
deb ays-test-a 1.0 ays-test-b
deb ays-test-a 2.0 ays-test-b
deb ays-test-b 1.0 ''
deb ays-test-mine 1.0 ays-test-a
deb ays-test-other 1.0 ''
d=$repo/build/ays-test-daemon
mkdir -p "$d/DEBIAN" "$d/lib/systemd/system" "$d/etc"
printf '[Service]\\nExecStart=/bin/sleep 1000\\n[Install]\\nWantedBy=multi-user.target\\n' >"$d/lib/systemd/system/ays-test-daemon.service"
printf '#!/bin/sh\\n/usr/sbin/policy-rc.d ays-test-daemon start; echo $? >/var/ays-test-policy\\nsystemctl enable ays-test-daemon 2>/dev/null || true\\n' >"$d/DEBIAN/postinst"
printf '#!/bin/sh\\nsystemctl disable ays-test-daemon 2>/dev/null || true\\nrm -f /var/ays-test-policy\\n' >"$d/DEBIAN/prerm"
chmod 755 "$d/DEBIAN/postinst" "$d/DEBIAN/prerm"
deb ays-test-daemon 1.0 ''
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d "$repo/build" /usr/sbin/policy-rc.d
mkdir -p /etc/apt/sources.list.d /var/lib/apt/lists/partial
find /var/lib/apt/lists -type f -delete
touch -d '3 days ago' /var/lib/apt/lists/partial
echo "deb [trusted=yes] file:$repo ./" >/etc/apt/sources.list`
