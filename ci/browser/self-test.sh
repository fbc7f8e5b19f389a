#!/usr/bin/env bash
# Shows that check-report.mjs finds what it is there to find: each page here has one thing wrong.
set -euo pipefail
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

page() { # name, what must be said, body
  printf '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title><p id="top">x <a href="#top">up</a></p>%s' "$3" >"$folder/$1.html"
  if output=$(node check-report.mjs "$folder/$1.html" 2>&1); then
    echo "not found: $1"; failed=1
  elif ! grep -q "$2" <<<"$output"; then
    echo "$1 is found for another reason:"; echo "$output"; failed=1
  fi
}

page wide 'the page is .* wide' '<div style="width: 2000px; height: 1px; background: red"></div>'
page unfolded 'unfolded: ' '<details><summary>s</summary><div style="width: 2000px; height: 1px; background: red"></div></details>'
page link 'leads nowhere' '<a href="#gone">gone</a>'
page outside 'leads nowhere' '<a href="https://example.org/">out</a>'
page asks 'asks for http://127.0.0.1:9/' '<img alt="" src="http://127.0.0.1:9/x.png">'
page script 'script: ' '<script>nothing.there()</script>'
page console 'console: ' '<script>console.error("oh")</script>'
page folded 'stays folded' '<a href="#deep">deep</a><details><summary>s</summary><p id="deep">d</p></details><script>addEventListener("hashchange", function () { document.querySelector("details").open = false; })</script>'
page filter 'the filter failed shows' '<input type="radio" name="show" id="show-failed"><div class="case">c</div>'
printf '<!doctype html><meta charset="utf-8"><title>t</title><p>no link</p>' >"$folder/empty.html"
if node check-report.mjs "$folder/empty.html" >/dev/null 2>&1; then echo 'not found: a page without links'; failed=1; fi
[ "$failed" = 0 ] && echo 'check-report.mjs finds all of it'
exit "$failed"
