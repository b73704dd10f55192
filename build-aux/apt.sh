# Sourced by the scripts here that fetch Debian packages: apt with lists and caches of its own. The machine's apt
# configuration is read, never changed. The caller has say(), die() and a directory $work that it removes. With
# $debian_release set, packages are that release's, from the machine's own mirrors.

# deb and deb-src lines for every Debian mirror that the machine's own apt uses, whether its
# sources are one-line (.list) or deb822 (.sources) files: apt itself takes them apart.
source_list() { # deb|deb-src
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  options=
  if [ -r "$keyring" ]; then options="[signed-by=$keyring] "; fi
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    sort -u | while IFS='|' read -r origin uri suite component; do
      # bookworm-security becomes trixie-security.
      if [ -n "${debian_release:-}" ]; then suite=$(echo "$suite" | sed "s/^[^-]*/$debian_release/"); fi
      case $origin:$uri in Debian:* | *debian*) echo "$1 $options$uri $suite $component" ;; esac
    done
}

# apt-get with lists and caches of its own; proxies, keys and pins stay the machine's.
private_apt() {
  apt-get -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Dir::Cache::archives="$apt/cache/archives" \
    -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Acquire::Retries=3 \
    ${debian_release:+-o APT::Default-Release=} -o APT::Sandbox::User=root "$@"
}

# The lists for source packages (deb-src) or binary ones (deb), into $work/apt.
private_lists() { # deb|deb-src
  apt=$work/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  source_list "$1" >"$apt/sources.list"
  [ -s "$apt/sources.list" ] || die "apt on this machine knows no Debian mirror (apt-get indextargets lists none)"
  private_apt update >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; die "apt-get update failed"; }
}
