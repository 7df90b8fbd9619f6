#!/usr/bin/env bash
# Brings the real Kafka of the tests: Java 17 and Maven where there are none, Kafka's jars in .cache/kafka, and librdkafka (the package confluent-kafka of PyPI) in
# .cache/librdkafka, which reads what we write and writes what we read.
set -euo pipefail
cd "$(dirname "$0")/.."
version=2.16.1
folder=.cache/librdkafka

packages() { # from the system's package manager, which needs root
  command -v apt-get >/dev/null || { echo "Please install $*: there is no apt-get here to do it."; exit 1; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}
node scripts/kafka.mjs check || packages openjdk-17-jre-headless maven procps
node scripts/kafka.mjs jars
python3 -c 'import ensurepip, venv' 2>/dev/null || packages python3 python3-venv
if ! "$folder/bin/python" -c "import confluent_kafka, sys; sys.exit(confluent_kafka.__version__ != '$version')" 2>/dev/null; then
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 5 "confluent-kafka==$version"
fi
"$folder/bin/python" -c 'import confluent_kafka; print("librdkafka", confluent_kafka.libversion()[0])'
