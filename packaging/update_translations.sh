#!/bin/sh
# Collects the texts of the window into gui/translations/*.ts and compiles them; run it after changing a text.
# Untranslated entries are named in the output (and make tests/gui/test_translations.py fail).
set -eu
cd "$(dirname "$0")/.."
for language in de; do
  ts="gui/translations/voxveil_$language.ts"
  # lupdate wants the files before its options.
  # shellcheck disable=SC2046
  pyside6-lupdate $(find gui -name "*.py" | LC_ALL=C sort) -ts "$ts" -target-language "$language" -locations none -no-obsolete
  pyside6-lrelease "$ts"
done
