# Sourced by the entry scripts: makes sure that the toolchain and the system libraries are there.
# Expects `root` to be the folder of the checkout. Talks on standard error only.

say() { printf 'espalier: %s\n' "$*" >&2; }

# need_packages COMMAND-OR-PKGCONFIG:PACKAGE …  installs the Debian packages that are missing.
need_packages() {
  local missing=() item probe package
  for item in "$@"; do
    probe=${item%%:*} package=${item#*:}
    case $probe in
      lib=*) pkg-config --exists "${probe#lib=}" 2>/dev/null || missing+=("$package") ;;
      *) command -v "$probe" >/dev/null 2>&1 || missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local by_hand="apt-get install --no-install-recommends ${missing[*]}"
  if ! command -v apt-get >/dev/null 2>&1; then
    say "these packages are missing (Debian names): ${missing[*]}. Install them and run this again."
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    say "these Debian packages are missing: ${missing[*]}. Install them with"
    say "    sudo $by_hand"
    say "and run this again."
    return 1
  fi
  say "installing the Debian packages ${missing[*]}"
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${missing[@]}"; } >&2 </dev/null; then
    say "the installation failed. By hand: $by_hand"
    return 1
  fi
}

# The compiler and every library that the build links.
need_toolchain() {
  if ! command -v swift >/dev/null 2>&1; then
    say "there is no swift on the PATH. Install a Swift 6.2 or newer toolchain (https://swift.org/install) and run this again."
    return 1
  fi
  need_packages pkg-config:pkg-config git:git || return 1
  need_packages lib=libzstd:libzstd-dev lib=sqlite3:libsqlite3-dev
}

# A Python with torch, numpy and safetensors in PYTHON: the one it names already, else a virtual
# environment under .build.
need_torch() {
  [ -n "${PYTHON:-}" ] && return 0
  PYTHON=$root/.build/torch/bin/python3
  "$PYTHON" -c 'import torch, numpy, safetensors' 2>/dev/null && return 0
  need_packages python3:python3 || return 1
  # Debian packs the part of venv that installs pip apart.
  python3 -c 'import ensurepip' 2>/dev/null || need_packages ensurepip-of-python3:python3-venv || return 1
  say "installing PyTorch into .build/torch (large; once)"
  python3 -m venv "$root/.build/torch"
  "$root/.build/torch/bin/pip" install --quiet torch numpy safetensors >&2
}
