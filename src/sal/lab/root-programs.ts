// The sh programs of `lab.root@1`.
import type { Program } from '../../engine/kind.ts'

/** Per question: TAG NAME. */
export const ROOT_LOOK: Program = {
  name: 'lab_root_1',
  text: `while [ $# -gt 0 ]; do
  root=; [ -x "/var/lib/ays/lab/$1/roots/$2/usr/bin/systemctl" ] && root=$2
  printf 'root %s\\n' "$root"
  end; shift 2
done`,
}

/**
 * sh functions about the machine's own apt sources, as apt itself reads them.
 * `suite_of WANTED` prints a suite; `sources_for SUITE` one-line sources of that suite with the machine's mirrors and keys.
 */
export const SOURCES = `host_suite() { ( . /etc/os-release; echo "$VERSION_CODENAME" ); }
suite_of() { if [ "$1" != host ]; then echo "$1"; else ( . /etc/os-release; [ "$ID" = debian ] && echo "$VERSION_CODENAME" || echo bookworm ); fi; }
keys_in() { tr '[]' '\\n\\n' <"$1" 2>/dev/null | sed -n 's/.*[Ss]igned-[Bb]y[:=] *\\(\\/[^] ]*\\).*/\\1/p' | tr ',' '\\n' | sort -u; }
sources_for() {
  apt-get indextargets --format '$(SOURCESENTRY)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' | sort -u |
  while IFS='|' read -r entry uri release component; do
    host=$(host_suite)
    case $release in "$host"|"$host"-updates|"$host"-security|"$host"/updates) ;; *) continue;; esac
    release=$1\${release#"$host"}; keys=$(keys_in "\${entry%:*}" | paste -sd, -)
    printf 'deb %s%s %s %s\\n' "\${keys:+[signed-by=$keys] }" "$uri" "$release" "$component"
  done | sort -u
}`

/** TAG NAME SUITE PACKAGES. Built beside its place and renamed; two that want the same one wait for each other. */
export const ROOT_TAKE = `set -e
${SOURCES}
umask 022; suite=$(suite_of "$3"); cache=/var/cache/ays/lab/roots; dir=$cache/$suite-$(dpkg --print-architecture)-\${2##*-}
mkdir -p $cache; exec 9>$dir.lock; flock 9
if [ ! -x $dir/usr/bin/systemctl ]; then
  rm -rf $dir.part; sources=$(sources_for "$suite")
  [ -n "$sources" ] || { echo "apt has no sources from which to build $suite; \\\`apt-get indextargets\\\` lists what it has." >&2; exit 1; }
  printf '%s\\n' "$sources" | TMPDIR=/var/tmp mmdebstrap --mode=root --variant=minbase --include="$4" --dpkgopt=force-unsafe-io \\
    --aptopt='Acquire::Languages "none"' --skip=output/dev --skip=cleanup/apt/lists --customize-hook='rm -f "$1"/etc/ssh/ssh_host_*; rm -f "$1"/etc/resolv.conf "$1"/etc/hostname; : >"$1"/etc/resolv.conf' \\
    --customize-hook='chroot "$1" systemctl --quiet enable ssh.service' "$suite" $dir.part - >&2 || { rm -rf $dir.part; exit 1; }
  mv -T $dir.part $dir
fi
exec 9>&-
mkdir -p "/var/lib/ays/lab/$1/roots"; ln -sfn $dir "/var/lib/ays/lab/$1/roots/$2"`

/** TAG NAME. */
export const ROOT_DROP = `rm -f "/var/lib/ays/lab/$1/roots/$2"
for d in "/var/lib/ays/lab/$1/roots" "/var/lib/ays/lab/$1" /var/lib/ays/lab; do rmdir "$d" 2>/dev/null; done; :`
