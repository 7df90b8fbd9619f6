#!/usr/bin/env bash
# Brings the real Spark that the differential suite asks: pyspark from PyPI in .cache/spark (890 MB), and Java 17 or later where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
version=4.2.0
folder=.cache/spark

packages() { # from the system's package manager, which needs root
  command -v apt-get >/dev/null || { echo "Please install $*: there is no apt-get here to do it."; exit 1; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}
command -v java >/dev/null || packages openjdk-17-jre-headless
python3 -c 'import ensurepip, venv' 2>/dev/null || packages python3 python3-venv
if ! "$folder/bin/python" -c "import pyspark, sys; sys.exit(pyspark.__version__ != '$version')" 2>/dev/null; then
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "pyspark==$version"
fi
echo "Spark $("$folder/bin/python" -c 'import pyspark; print(pyspark.__version__)'), $(java -version 2>&1 | head -1)"
