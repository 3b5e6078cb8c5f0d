#!/bin/sh
# Fetches the validators that no Python package carries into .validators/, where the tests look for them.
# Without npm, or without a network, it says so and succeeds: the tests that need them are then skipped.
set -u
cd "$(dirname "$0")/.." || exit 1

case "$(uname -s)" in
  Linux) package=@microsoft/sarif-multitool-linux ;;
  Darwin) package=@microsoft/sarif-multitool-darwin ;;
  *) echo "install_validators: no SARIF multitool for $(uname -s); its tests are skipped"; exit 0 ;;
esac
version=5.7.0
html=html-validate@10
axe=axe-core@4.14
tool=".validators/node_modules/$package/Sarif.Multitool"

if [ -x "$tool" ] && [ -x .validators/node_modules/.bin/html-validate ] \
  && [ -f .validators/node_modules/axe-core/axe.min.js ] \
  && grep -q "\"version\": \"$version\"" "$(dirname "$tool")/package.json"; then
  echo "install_validators: $package $version, $html and $axe are there already"
elif ! command -v npm >/dev/null 2>&1; then
  echo "install_validators: npm is not installed; the tests of SARIF, HTML and accessibility by these tools are skipped"
elif npm install --prefix .validators --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
  "$package@$version" "$html" "$axe"; then
  # What the package's own install script would do.
  chmod u+x "$tool"
  echo "install_validators: installed $package $version, $html and $axe"
else
  echo "install_validators: npm could not install $package; its tests are skipped"
fi
