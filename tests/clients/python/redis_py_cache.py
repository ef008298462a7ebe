"""redis-py's cache in the client: reads answered without the server until it says that a key has
changed (CLIENT TRACKING under RESP3).

    python3 redis_py_cache.py PORT      (redis-py 5.1 or later from PYTHONPATH)

Every check is an assert: the script ends with status 0, or with a traceback.
"""

import sys
import time

import redis
from redis.cache import CacheConfig

READS = 1000


def main():
    port = int(sys.argv[1])
    reader = redis.Redis(port=port, protocol=3, decode_responses=True, cache_config=CacheConfig(max_size=100))
    writer = redis.Redis(port=port, decode_responses=True)
    writer.flushall()

    answered_without_the_server(reader, writer)
    invalidated_by_others(reader, writer)
    more_keys_than_the_cache_holds(reader, writer)
    a_flush_empties_it(reader, writer)


def answered_without_the_server(reader, writer):
    writer.set("hot", "1")
    assert reader.get("hot") == "1"
    before = calls_of_get(writer)
    assert all(reader.get("hot") == "1" for _ in range(READS))
    assert calls_of_get(writer) == before, "the cache asked the server"


def invalidated_by_others(reader, writer):
    """Each way a key can change reaches the cache, and soon."""
    for change, expected in [
        (lambda: writer.set("hot", "2"), "2"),
        (lambda: writer.append("hot", "0"), "20"),
        (lambda: writer.rename("hot", "cold"), None),
        (lambda: writer.rename("cold", "hot"), "20"),
        (lambda: writer.pexpire("hot", 50), None),
    ]:
        reader.get("hot")
        change()
        wait_for(reader, "hot", expected)
    with writer.pipeline(transaction=True) as pipe:
        pipe.set("hot", "in a transaction").set("other", "1").execute()
    wait_for(reader, "hot", "in a transaction")
    # A hash, read by field and whole: one change spoils both.
    writer.hset("h", mapping={"a": "1", "b": "2"})
    assert reader.hget("h", "a") == "1" and reader.hgetall("h") == {"a": "1", "b": "2"}
    writer.hset("h", "a", "9")
    eventually(lambda: reader.hget("h", "a") == "9" and reader.hgetall("h")["a"] == "9")


def more_keys_than_the_cache_holds(reader, writer):
    writer.mset({f"many:{i}": i for i in range(1000)})
    for _ in range(2):
        assert all(reader.get(f"many:{i}") == str(i) for i in range(1000))
    writer.mset({f"many:{i}": -i for i in range(1000)})
    eventually(lambda: all(reader.get(f"many:{i}") == str(-i) for i in range(1000)))


def a_flush_empties_it(reader, writer):
    writer.set("hot", "1")
    wait_for(reader, "hot", "1")
    writer.flushall()
    wait_for(reader, "hot", None)


def wait_for(reader, key, expected):
    eventually(lambda: reader.get(key) == expected)


def eventually(holds):
    """An invalidation is a push: it comes soon, and not before the writer's reply."""
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline, "the cache kept what had changed"
        time.sleep(0.002)


def calls_of_get(client):
    return client.info("commandstats").get("cmdstat_get", {}).get("calls", 0)


if __name__ == "__main__":
    main()
