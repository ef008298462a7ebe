"""redis-py as programs use it: one client shared by threads, pipelines, transactions, a listener
thread for pub/sub, blocking calls, consumer groups, iteration.

    python3 redis_py.py PORT PROTOCOL      (PROTOCOL is 2 or 3; redis-py from PYTHONPATH)

Every check is an assert: the script ends with status 0, or with a traceback. `redis.lock.Lock` is
not here: releasing one runs a Lua script, which the server under test need not know.
"""

import queue
import sys
import threading
import time

import redis


def threads_share_a_client(r):
    """Eight threads draw connections from one pool; nothing is lost, each sees its own order."""

    def work(name):
        for i in range(200):
            with r.pipeline(transaction=False) as pipe:
                pipe.incr("threads:total").rpush(f"threads:{name}", i).hincrby("threads:each", name)
                total, length, each = pipe.execute()
            assert total >= each == length == i + 1, (total, length, each)

    together(*[lambda name=name: work(name) for name in range(8)])
    assert r.get("threads:total") == "1600"
    assert r.hgetall("threads:each") == {str(name): "200" for name in range(8)}
    for name in range(8):
        assert r.lrange(f"threads:{name}", 0, -1) == [str(i) for i in range(200)]


def a_long_pipeline_with_errors_in_it(r):
    with r.pipeline(transaction=False) as pipe:
        for i in range(10_000):
            pipe.set(f"pipe:{i}", "x" * (i % 300))
            if i % 1000 == 0:
                pipe.lpush(f"pipe:{i}", "not a list")
        replies = pipe.execute(raise_on_error=False)
    errors = [reply for reply in replies if isinstance(reply, redis.ResponseError)]
    assert len(replies) == 10_010 and len(errors) == 10, errors
    assert all("WRONGTYPE" in str(error) or "wrong kind" in str(error) for error in errors), errors
    assert replies.count(True) == 10_000
    values = r.mget([f"pipe:{i}" for i in range(10_000)])
    assert [len(value) for value in values] == [i % 300 for i in range(10_000)]
    assert len(set(r.scan_iter("pipe:*", count=500))) == 10_000


def transactions_with_watch(r):
    """Optimistic transfers: nobody's money is made or lost; a touched key gives WatchError."""
    r.mset({"bank:a": 1000, "bank:b": 1000})

    def transfer(source, target):
        def step(pipe):
            rest = int(pipe.get(source))
            pipe.multi()
            pipe.set(source, rest - 1).incr(target)

        for _ in range(100):
            r.transaction(step, source)

    together(*[lambda pair=pair: transfer(*pair) for pair in [("bank:a", "bank:b"), ("bank:b", "bank:a")] * 2])
    assert r.mget("bank:a", "bank:b") == ["1000", "1000"]

    with r.pipeline() as pipe:
        pipe.watch("bank:a")
        r.set("bank:a", "touched")
        pipe.multi()
        pipe.get("bank:a")
        expect(redis.WatchError, pipe.execute)
    with r.pipeline() as pipe:
        pipe.incr("bank:a").set("bank:c", 1)
        expect(redis.ResponseError, pipe.execute)
    assert r.get("bank:c") == "1"


def a_listener_thread(r):
    """Messages come to handlers in the order of publishing, until the thread is told to stop."""
    plain, by_pattern = queue.Queue(), queue.Queue()
    pubsub = r.pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(**{"news": plain.put})
    pubsub.psubscribe(**{"n?ws*": by_pattern.put})
    listener = pubsub.run_in_thread(sleep_time=0.01, daemon=True)
    wait_until(lambda: r.publish("news", "are you there") == 2)
    for i in range(1000):
        r.publish("news", i)
    with r.pipeline(transaction=True) as pipe:
        pipe.publish("news", "from a transaction").publish("newsletter", "for the pattern alone")
        assert pipe.execute() == [2, 1]

    texts = []
    while not texts or texts[-1] != "from a transaction":
        texts.append(plain.get(timeout=10)["data"])
    numbers = [text for text in texts if text.isdigit()]
    assert numbers == [str(i) for i in range(1000)]
    last = {}
    while last.get("channel") != "newsletter":
        last = by_pattern.get(timeout=10)
    assert last["pattern"] == "n?ws*" and last["type"] == "pmessage", last

    assert r.pubsub_channels("new*") == ["news"] and r.pubsub_numpat() == 1
    assert dict(r.pubsub_numsub("news", "nobody")) == {"news": 1, "nobody": 0}
    listener.stop()
    listener.join(timeout=10)
    assert not listener.is_alive()
    wait_until(lambda: r.publish("news", "gone") == 0)


def a_subscription_polled(r):
    """Without a thread: get_message with a timeout, then unsubscribing."""
    with r.pubsub() as pubsub:
        pubsub.subscribe("polled")
        assert pubsub.get_message(timeout=5)["type"] == "subscribe"
        assert pubsub.get_message(timeout=0.05) is None
        assert r.publish("polled", "one") == 1
        assert pubsub.get_message(timeout=5)["data"] == "one"
        pubsub.unsubscribe()
        assert pubsub.get_message(timeout=5)["type"] == "unsubscribe"


def blocking_calls(r):
    assert r.blpop(["wait:none"], timeout=0.05) is None
    for block, push, expected in [
        (lambda: r.blpop(["wait:a", "wait:b"], 10), lambda: r.rpush("wait:b", "1"), ["wait:b", "1"]),
        (lambda: r.brpop("wait:a", 10), lambda: r.rpush("wait:a", "1", "2"), ["wait:a", "2"]),
        (lambda: r.blmove("wait:c", "wait:d", 10), lambda: r.rpush("wait:c", "x"), "x"),
        (lambda: r.blmpop(10, 2, "wait:e", "wait:f", direction="LEFT", count=2), lambda: r.rpush("wait:f", 1, 2), ["wait:f", ["1", "2"]]),
        (lambda: r.bzpopmin(["wait:z"], 10), lambda: r.zadd("wait:z", {"m": 1.5}), ["wait:z", "m", 1.5]),
    ]:
        got = queue.Queue()
        together(lambda: got.put(block()), lambda: (wait_for_blocked(r), push()))
        value = got.get_nowait()
        assert (value if isinstance(value, str) else list(value)) == expected, (value, expected)

    # A blocked client is let go by another one.
    waiter = r.client()
    waiter_id = waiter.client_id()
    got = queue.Queue()
    together(
        lambda: got.put(waiter.blpop(["wait:never"], 10)),
        lambda: (wait_for_blocked(r), r.client_unblock(waiter_id)),
    )
    assert got.get_nowait() is None
    waiter.close()


def consumer_groups(r):
    """Three consumers share a stream's entries; what one takes and loses another claims."""
    r.xgroup_create("events", "readers", id="0", mkstream=True)
    with r.pipeline(transaction=False) as pipe:
        for i in range(1000):
            pipe.xadd("events", {"n": i}, maxlen=5000, approximate=True)
        ids = pipe.execute()
    assert len(set(ids)) == 1000 and r.xlen("events") == 1000

    seen = queue.Queue()

    def consume(name, acknowledges):
        while entries := entries_of(r.xreadgroup("readers", name, {"events": ">"}, count=20)):
            for entry_id, fields in entries:
                if acknowledges:
                    seen.put(int(fields["n"]))
                    assert r.xack("events", "readers", entry_id) == 1

    lost = entries_of(r.xreadgroup("readers", "crashed", {"events": ">"}, count=100))
    together(*[lambda name=name: consume(name, True) for name in ("one", "two", "three")])
    pending = r.xpending("events", "readers")
    assert pending["pending"] == len(lost) == 100 and len(pending["consumers"]) == 1, pending

    cursor = "0-0"
    while True:
        cursor, claimed, *_ = r.xautoclaim("events", "readers", "one", 0, start_id=cursor, count=33)
        for entry_id, fields in claimed:
            seen.put(int(fields["n"]))
            r.xack("events", "readers", entry_id)
        if cursor == "0-0":
            break
    assert sorted(seen.queue) == list(range(1000))
    assert r.xpending("events", "readers")["pending"] == 0
    group = r.xinfo_groups("events")[0]
    assert group["name"] == "readers" and group["lag"] == 0 and group["entries-read"] == 1000, group

    got = queue.Queue()
    together(
        lambda: got.put(entries_of(r.xread({"events": "$"}, block=10_000))),
        lambda: (wait_for_blocked(r), r.xadd("events", {"n": "news"})),
    )
    assert got.get_nowait()[0][1] == {"n": "news"}


def iteration(r):
    r.hset("iterate:h", mapping={f"f{i}": i for i in range(1000)})
    r.sadd("iterate:s", *range(1000))
    r.zadd("iterate:z", {f"m{i}": i for i in range(1000)})
    assert dict(r.hscan_iter("iterate:h", count=50)) == {f"f{i}": str(i) for i in range(1000)}
    assert set(r.sscan_iter("iterate:s", count=50)) == {str(i) for i in range(1000)}
    assert {tuple(pair) for pair in r.zscan_iter("iterate:z")} == {(f"m{i}", float(i)) for i in range(1000)}
    assert [tuple(pair) for pair in r.zrange("iterate:z", 0, 1, withscores=True)] == [("m0", 0.0), ("m1", 1.0)]
    assert r.geoadd("iterate:g", [13.361389, 38.115556, "Palermo"]) == 1
    assert r.geosearch("iterate:g", longitude=13, latitude=38, radius=100, unit="km") == ["Palermo"]
    assert r.sort("iterate:s", desc=True, start=0, num=2) == ["999", "998"]


def entries_of(reply):
    """The entries of the one stream asked for: RESP2 and RESP3 wrap them differently."""
    if not reply:
        return []
    if isinstance(reply, dict):
        (entries,) = reply.values()
        # Under RESP3 older releases leave the list of entries in a list of its own.
        return entries[0] if entries and isinstance(entries[0], list) else entries
    return reply[0][1]


def together(*jobs):
    """Runs the jobs each in a thread, and raises what the first of them to fail raised."""
    failures = queue.Queue()

    def guarded(job):
        try:
            job()
        except BaseException as failure:
            failures.put(failure)

    workers = [threading.Thread(target=guarded, args=[job], daemon=True) for job in jobs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    if not failures.empty():
        raise failures.get()
    assert not any(worker.is_alive() for worker in workers), "a thread hangs"


def expect(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def wait_until(done):
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline, "waited ten seconds"
        time.sleep(0.005)


def wait_for_blocked(r):
    wait_until(lambda: r.info("clients")["blocked_clients"] > 0)


SUBJECTS = [
    threads_share_a_client,
    a_long_pipeline_with_errors_in_it,
    transactions_with_watch,
    a_listener_thread,
    a_subscription_polled,
    blocking_calls,
    consumer_groups,
    iteration,
]


def main():
    port, protocol = map(int, sys.argv[1:])
    r = redis.Redis(port=port, protocol=protocol, decode_responses=True, socket_timeout=30)
    for subject in SUBJECTS:
        r.flushall()
        print(subject.__name__, flush=True)
        subject(r)


if __name__ == "__main__":
    main()
