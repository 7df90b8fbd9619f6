"""Runs the differential cases in real Spark.

Reads golden/cases.json (kept true by export-cases.ts) and writes golden/<group>.json: by case one answer, or one for each row. An answer is a line of text:
the type, then the value as JSON ("bigint \"12\"", "double \"NaN\"", "timestamp \"-1\""), or "! CONDITION" for an error.
  python remake.py                        writes all golden files
  python remake.py --group times,windows  writes some groups
  python remake.py --sample 40 --seed 7   runs a random sample and compares it with the golden files
  python remake.py --probe                says whether Spark can be used here
"""
import argparse
import decimal
import json
import logging
import math
import os
import random
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")


def start_spark():
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["TZ"] = "UTC"
    logging.disable(logging.CRITICAL)  # every refused case would print its JVM stack
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.streaming.metricsEnabled": "false",
        "spark.sql.session.localRelationCacheThreshold": "1000000000",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.sql.warehouse.dir": tempfile.mkdtemp(prefix="millrace-warehouse-"),
    }
    builder = SparkSession.builder.master("local[1]").appName("differential")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


# ── values as text

def js_number(value):
    """A double as JavaScript's String(value) writes it, with the sign of zero."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    text, count = "".join(map(str, digits)), len(digits)
    point = count + exponent
    if 0 < point <= 21:
        body = text + "0" * (point - count) if count <= point else text[:point] + "." + text[point:]
    elif -6 < point <= 0:
        body = "0." + "0" * -point + text
    else:
        power = point - 1
        body = text[0] + ("." + text[1:] if count > 1 else "") + "e" + ("+" if power > 0 else "-") + str(abs(power))
    return ("-" if sign else "") + body


def as_column(column, kind):
    """What Python can collect without loss: instants as whole numbers."""
    from pyspark.sql import functions as f
    from pyspark.sql import types as t

    if isinstance(kind, t.TimestampType):
        return f.unix_micros(column).cast("string")
    if isinstance(kind, t.DateType):
        return f.unix_date(column).cast("string")
    if isinstance(kind, t.BinaryType):
        return f.lower(f.hex(column))
    if isinstance(kind, t.DoubleType):
        return column
    if isinstance(kind, t.StructType):
        fields = [as_column(column.getField(one.name), one.dataType).alias("f%d" % i) for i, one in enumerate(kind.fields)]
        return f.when(column.isNull(), f.lit(None)).otherwise(f.struct(*fields))
    return column if isinstance(kind, (t.BooleanType, t.NullType)) else column.cast("string")


def as_json(value):
    if isinstance(value, float):
        return js_number(value)
    if isinstance(value, tuple):
        return [as_json(one) for one in value]
    return value


def answer(kind, value):
    return kind.simpleString() + " " + json.dumps(as_json(value), ensure_ascii=False)


def answers(frame, unordered=False):
    """The rows of a frame as lists of answers."""
    from pyspark.sql import functions as f

    kinds = [one.dataType for one in frame.schema.fields]
    named = frame.toDF(*["c%d" % i for i in range(len(kinds))])
    rows = named.select(*[as_column(f.col("c%d" % i), kind).alias("c%d" % i) for i, kind in enumerate(kinds)]).collect()
    return [[answer(kind, row[i]) for i, kind in enumerate(kinds)] for row in rows]


def condition(error):
    """Spark's error condition, also where a wrapper hides it."""
    found = None
    if hasattr(error, "getCondition"):
        try:
            found = error.getCondition()
        except Exception:  # not every wrapper has one
            found = None
    text = str(error)
    inner = re.findall(r"\[([A-Z][A-Z_0-9]+)(?:\.[A-Z_0-9.]+)?\]", text)
    outer = {"STREAM_FAILED", "FAILED_READ_FILE", "TASK_WRITE_FAILED", "FAILED_EXECUTE_UDF"}
    for one in ([found.split(".")[0]] if found else []) + inner:
        if one not in outer:
            return "! " + one
    java = re.findall(r"([A-Za-z]+(?:Exception|Error))\b", text)
    return "! " + (java[0] if java else type(error).__name__)


def attempt(run):
    try:
        return run()
    except Exception as error:
        return condition(error)


# ── tables, expressions, queries

def make_table(spark, name, table):
    columns = ", ".join("CAST(c%d AS %s) AS %s" % (i, kind, column) for i, (column, kind) in enumerate(table["columns"]))
    names = ", ".join("c%d" % i for i in range(len(table["columns"])))

    def view(view_name, rows):
        values = ", ".join("(" + ", ".join(row) + ")" for row in rows)
        where = ""
        if not rows:
            values, where = "(" + ", ".join("NULL" for _ in table["columns"]) + ")", " WHERE false"
        spark.sql("SELECT %s FROM VALUES %s AS v(%s)%s" % (columns, values, names, where)).createOrReplaceTempView(view_name)

    view(name, table["rows"])
    for index, row in enumerate(table["rows"]):
        view("%s_%d" % (name, index), [row])


def run_expression(spark, group, tables, text):
    if group["table"] is None:
        return attempt(lambda: answers(spark.sql("SELECT %s FROM one_row" % text))[0][0])
    whole = attempt(lambda: [row[0] for row in answers(spark.sql("SELECT %s FROM %s" % (text, group["table"])))])
    if not isinstance(whole, str):
        return whole
    rows = range(len(tables[group["table"]]["rows"]))
    return [attempt(lambda: answers(spark.sql("SELECT %s FROM %s_%d" % (text, group["table"], row)))[0][0]) for row in rows]


def run_query(spark, case):
    def run():
        text = "SELECT %s FROM %s" % (", ".join(case["groupBy"] + case["select"]), case["table"])
        if "where" in case:
            text += " WHERE " + case["where"]
        if case["groupBy"]:
            text += " GROUP BY " + ", ".join(re.sub(r"(?i) AS \w+$", "", one) for one in case["groupBy"])
        if "afterwards" in case:
            text = "SELECT %s FROM (%s)" % (", ".join(case["afterwards"]), text)
        return sorted(" | ".join(row) for row in answers(spark.sql(text)))

    return attempt(run)


# ── streams

def run_stream(spark, case):
    folder = tempfile.mkdtemp(prefix="millrace-stream-")
    try:
        return attempt(lambda: stream_rows(spark, case, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stream_rows(spark, case, folder):
    from pyspark.sql import functions as f

    frame = None
    for number, given in enumerate(case["inputs"]):
        inside = os.path.join(folder, str(number))
        os.mkdir(inside)
        for index, lines in enumerate(given["files"]):
            path = os.path.join(inside, "%03d.json" % index)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write("".join(line + "\n" for line in lines))
            at = 1767225600 + 10 * index
            os.utime(path, (at, at))
        reader = spark.readStream.format("json").schema(given["schema"]).option("maxFilesPerTrigger", 1)
        one = reader.options(**given.get("options", {})).load(inside)
        if "watermark" in given:
            one = one.withWatermark(*given["watermark"])
        frame = one if frame is None else frame.union(one)
    if "watermark" in case:
        frame = frame.withWatermark(*case["watermark"])
    if "where" in case:
        frame = frame.where(case["where"])
    if case["groupBy"] is None:
        frame = frame.select(*[f.expr(one) for one in case["select"]])
    else:
        frame = frame.groupBy(*[f.expr(one) for one in case["groupBy"]]).agg(*[f.expr(one) for one in case["select"]])
    name = "out_" + os.path.basename(folder).replace("-", "_")
    writer = frame.writeStream.format("memory").queryName(name).outputMode(case["mode"]).trigger(availableNow=True)
    query = writer.option("checkpointLocation", os.path.join(folder, "checkpoint")).start()
    query.awaitTermination()
    rows = answers(spark.table(name))
    if case["mode"] == "update" and case["groupBy"] is not None:
        keys = len(case["groupBy"])
        rows = list({tuple(row[:keys]): row for row in rows}.values())
    return sorted(" | ".join(row) for row in rows)


# ── the whole

def run_case(spark, group, tables, case):
    spark.conf.set("spark.sql.session.timeZone", group["zone"])
    if group["kind"] == "expressions":
        return run_expression(spark, group, tables, case)
    return run_query(spark, case) if group["kind"] == "queries" else run_stream(spark, case)


def key_of(case):
    return case if isinstance(case, str) else case["id"]


def golden_path(group):
    return os.path.join(GOLDEN, group["name"] + ".json")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--group")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--probe", action="store_true")
    options = parser.parse_args()
    if options.probe:
        import pyspark

        print(pyspark.__version__)
        sys.exit(0 if shutil.which("java") or os.environ.get("JAVA_HOME") else 1)
    with open(os.path.join(GOLDEN, "cases.json"), encoding="utf-8") as file:
        data = json.load(file)
    spark = start_spark()
    tables = data["tables"]
    spark.sql("SELECT * FROM VALUES (0) AS v(nothing)").createOrReplaceTempView("one_row")
    for name, table in tables.items():
        make_table(spark, name, table)
    if options.sample is not None:
        sys.exit(sample(spark, data, tables, options))
    for group in data["groups"]:
        if options.group is None or group["name"] in options.group.split(","):
            started = time.time()
            result = {key_of(case): run_case(spark, group, tables, case) for case in group["cases"]}
            with open(golden_path(group), "w", encoding="utf-8") as file:
                file.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
            print("%s: %d in %.0f s" % (group["name"], len(result), time.time() - started), flush=True)
    spark.stop()


def sample(spark, data, tables, options):
    every = [(group, case) for group in data["groups"] for case in group["cases"]]
    wrong = 0
    some = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    for group, case in some:
        with open(golden_path(group), encoding="utf-8") as file:
            expected = json.load(file).get(key_of(case))
        actual = run_case(spark, group, tables, case)
        if actual != expected:
            wrong += 1
            print("%s / %s\n  golden: %s\n  Spark:  %s" % (group["name"], key_of(case), expected, actual), flush=True)
    spark.stop()
    print("%d cases remade with seed %d, %d differ from the golden files" % (len(some), options.seed, wrong), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
