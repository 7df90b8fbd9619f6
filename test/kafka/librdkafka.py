"""librdkafka, the C client of Kafka, as an independent writer and reader. One command a run, with a JSON object as its argument; the answer is JSON."""
import json
import sys
import zlib

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition


def write(bootstrap, topic, transactions=None, count=0, first=0, partitions=1, compression="none", key=False, bytes=0):
    """Records {"id": n} round the partitions; with transactions, a list of [how many, 'commit' or 'abort'] by one producer."""
    settings = {"bootstrap.servers": bootstrap, "compression.type": compression, "linger.ms": 20, "partitioner": "murmur2_random", "enable.idempotence": True}
    errors = []
    if transactions is not None:
        settings["transactional.id"] = f"{topic}-writer"
    producer = Producer(settings)

    def send(number):
        value = json.dumps({"id": number, "pad": "x" * max(0, bytes - 20)})
        where = {} if key else {"partition": number % partitions}
        while True:
            try:
                producer.produce(topic, value, key=str(number) if key else None, on_delivery=lambda e, _: e and errors.append(str(e)), **where)
                return
            except BufferError:
                producer.poll(0.1)

    if transactions is None:
        for number in range(first, first + count):
            send(number)
        producer.flush(60)
    else:
        producer.init_transactions(60)
        for size, end in transactions:
            producer.begin_transaction()
            for number in range(first, first + size):
                send(number)
            first += size
            producer.flush(60)
            producer.commit_transaction(60) if end == "commit" else producer.abort_transaction(60)
    return {"errors": errors[:10]}


def read(bootstrap, topic, isolation="read_committed"):
    """All that is there, with checksums compared: ids in the order of each partition, and a digest of keys and values."""
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": f"{topic}-reader", "enable.auto.commit": False, "auto.offset.reset": "earliest",
        "check.crcs": True, "enable.partition.eof": True, "isolation.level": isolation,
    })
    partitions = list(consumer.list_topics(topic, 30).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, one, 0) for one in partitions])
    ended, found = set(), {one: {"count": 0, "sum": 0, "digest": 0, "ordered": True, "last": -1} for one in partitions}
    while len(ended) < len(partitions):
        for message in consumer.consume(10_000, 1):
            if message.error():
                if message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                    ended.add(message.partition())
                    continue
                return {"error": str(message.error())}
            one, value = found[message.partition()], message.value()
            number = json.loads(value)["id"]
            one["count"] += 1
            one["sum"] += number
            one["ordered"] &= number > one["last"]
            one["last"] = number
            one["digest"] = (one["digest"] + zlib.crc32(value, zlib.crc32(message.key() or b""))) % 2**32
    consumer.close()
    return {"partitions": [found[one] for one in sorted(found)]}


commands = {"write": write, "read": read, "probe": lambda: {"version": confluent_kafka.libversion()[0]}}
print(json.dumps(commands[sys.argv[1]](**json.loads(sys.argv[2]))))
