#!/usr/bin/env bash
# Install the Debian packages named on the command line that are not there yet.
# Quick and silent when nothing is missing. Without root and sudo: one line that says what to install, and go on.
set -u
command -v dpkg-query >/dev/null || exit 0

missing=()
for package in "$@"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ]; then
  root=()
elif sudo -n true 2>/dev/null; then
  root=(sudo -n)
else
  echo "voxveil: please install these system packages: sudo apt-get install ${missing[*]}" >&2
  exit 0
fi

install() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing system packages: ${missing[*]}"
install && exit 0
"${root[@]}" apt-get update -qq </dev/null >/dev/null 2>&1
install && exit 0
tail -n 5 "$log" >&2
echo "voxveil: apt-get could not install ${missing[*]}; install them by hand" >&2
exit 0
