#!/usr/bin/env bash
# Starts a built program on a hidden screen, waits for its window, anonymizes the sample with it, and ends it.
#   packaging/check_linux.sh dist/voxveil/voxveil
set -euo pipefail
program=$(realpath "$1")
folder=$(mktemp -d)
export VOXVEIL_CONFIG_DIR="$folder/config"
exec 3>"$folder/display.log"
Xvfb -displayfd 3 -screen 0 1280x800x24 2>/dev/null &
screen=$!
trap 'kill "${app:-$screen}" "$screen" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 50); do [ -s "$folder/display.log" ] && break; sleep 0.1; done
DISPLAY=":$(cat "$folder/display.log")"
export DISPLAY
"$program" app &
app=$!
told=0
for _ in $(seq 100); do
  if "$program" app --send raise 2>/dev/null; then told=1; break; fi
  kill -0 "$app" 2>/dev/null || { echo "the program ended before its window was there" >&2; exit 1; }
  sleep 0.2
done
[ "$told" = 1 ] || { echo "the program did not answer" >&2; exit 1; }
sample=$(find "$(dirname "$program")" -name speech.flac | head -1)
"$program" file "$sample" "$folder/out.wav"
"$program" app --send quit
wait "$app"
echo "the window opened, answered and closed; a recording was anonymized"
