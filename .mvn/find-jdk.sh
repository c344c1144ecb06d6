# Sourced by ./optirag and .ci/run: exports JAVA_HOME, the newest JDK of JAVA_HOME, PATH and the usual
# folders (JAVA_HOME wins when it is new enough), or says what to install and exits.
least=21

version_of() { # prints "major full" of a java home, nothing if it has none
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
  "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\(\([0-9]*\)[^"]*\)".*/\2 \1/p' | head -n 1
}

best=''
best_major=0
best_full=''
consider() {
  found=$(version_of "$1")
  [ -n "$found" ] || return 0
  major=${found%% *}
  if [ "$major" -ge "$least" ] && [ "$major" -gt "$best_major" ]; then
    best=$1 best_major=$major best_full=${found#* }
  fi
}
[ -z "${JAVA_HOME:-}" ] || consider "$JAVA_HOME"
if [ -z "$best" ]; then
  on_path=$(command -v javac 2>/dev/null || true)
  [ -z "$on_path" ] || consider "$(cd "$(dirname "$(readlink -f "$on_path")")/.." && pwd)"
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$home" ] && consider "$home"
  done
fi
if [ -z "$best" ]; then
  echo "optirag: no JDK $least or newer was found in JAVA_HOME, PATH or the usual folders." >&2
  echo "  Install one, for instance Temurin 25 (https://adoptium.net), or point JAVA_HOME to it." >&2
  exit 2
fi
case $best_full in
  25 | 25.0.0* | 25.0.1* | 25.0.2*)
    echo "optirag: JDK $best_full has a collector bug that can corrupt native memory; use 25.0.3 or newer." >&2 ;;
esac
JAVA_HOME=$best
export JAVA_HOME
