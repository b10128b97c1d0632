#!/usr/bin/env bash
# Debian's packages that the real-workbench tests need: Chromium, and the headers that code-server's native modules
# compile against. What comes from npm (code-server, playwright-core) is installed by run.mjs into a cache folder.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

packages=()
[ -e /usr/include/krb5.h ] || packages+=(libkrb5-dev)
[ -e /usr/include/libsecret-1 ] || packages+=(libsecret-1-dev)
[ -e "${CONVLENS_CHROMIUM:-/usr/bin/chromium}" ] || packages+=(chromium)
[ ${#packages[@]} -gt 0 ] || exit 0

export DEBIAN_FRONTEND=noninteractive
install=(apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}")
as_root "${install[@]}" || { as_root apt-get -o DPkg::Lock::Timeout=300 update -qq && as_root "${install[@]}"; }
