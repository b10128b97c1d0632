#!/usr/bin/env bash
# Installs what the real-workbench tests need, once, outside the repository: Debian's Chromium and the headers that
# code-server's native modules compile against, then Node 24, code-server and playwright-core from npm.
# The folder is $CONVLENS_CACHE, or ~/.cache/convlens; a second run finds everything there and does nothing.
set -euo pipefail

CODE_SERVER=4.139.1
PLAYWRIGHT=1.64.0
cache=${CONVLENS_CACHE:-$HOME/.cache/convlens}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

debian_packages=()
[ -e /usr/include/krb5.h ] || [ -e /usr/include/krb5/krb5.h ] || debian_packages+=(libkrb5-dev)
[ -e /usr/include/libsecret-1/libsecret/secret.h ] || debian_packages+=(libsecret-1-dev)
command -v "${CONVLENS_CHROMIUM:-chromium}" >/dev/null || debian_packages+=(chromium)
if [ ${#debian_packages[@]} -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt_install=(apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${debian_packages[@]}")
  as_root "${apt_install[@]}" || { as_root apt-get -o DPkg::Lock::Timeout=300 update && as_root "${apt_install[@]}"; }
fi

# npm 11 runs a dependency's install script only when package.json allows it; both packages need theirs.
npm_package() {
  local folder=$1 spec=$2 allow=$3
  [ -e "$folder/.installed-$spec" ] && return
  rm -rf "$folder" && mkdir -p "$folder"
  printf '{"private":true,"allowScripts":%s}\n' "$allow" >"$folder/package.json"
  (cd "$folder" && npm install --no-fund --no-audit --loglevel=error "$spec")
  touch "$folder/.installed-$spec"
}

npm_package "$cache/node24" node@24 '{"node":true}'
export PATH="$cache/node24/node_modules/node/bin:$PATH"
npm_package "$cache/code-server" "code-server@$CODE_SERVER" '{"code-server":true,"argon2":true}'
npm_package "$cache/playwright" "playwright-core@$PLAYWRIGHT" '{}'
echo "VS Code for the browser is ready in $cache"
