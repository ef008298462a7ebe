"""arq, a job queue, doing many small jobs: the application for its workers and the driver that
counts what they did. arq runs no Lua scripts, as Celery, RQ, Huey and Dramatiq do. It claims jobs
with WATCH and MULTI, keeps its queue in a sorted set, and works in asyncio over hiredis.

    SKEIN_PORT=PORT python3 -m arq arq_jobs.Worker       one worker; as many as wanted
    SKEIN_PORT=PORT python3 arq_jobs.py JOBS             enqueues, waits, checks, says the seconds

PYTHONPATH holds arq and this folder.
"""

import asyncio
import os
import sys
import time

from arq import create_pool
from arq.connections import RedisSettings

SETTINGS = RedisSettings(port=int(os.environ["SKEIN_PORT"]))
AT_ONCE = 100
DEADLINE_S = 240


async def add(ctx, a, b):
    """A job that leaves a trace: done twice, or not at all, it shows in the total."""
    await ctx["redis"].incrby("total", a + b)
    return a + b


class Worker:
    functions = [add]
    redis_settings = SETTINGS
    poll_delay = 0.05
    max_jobs = 20


async def main():
    count = int(sys.argv[1])
    redis = await create_pool(SETTINGS)
    start = time.monotonic()
    jobs = []
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        jobs += await asyncio.gather(*(redis.enqueue_job("add", n, 1) for n in numbers))
    for n, job in enumerate(jobs):
        assert await job.result(timeout=DEADLINE_S, poll_delay=0.02) == n + 1
    seconds = time.monotonic() - start

    assert int(await redis.get("total")) == count * (count + 1) // 2, "a job ran twice"
    assert await redis.queued_jobs() == [] and await redis.keys("arq:in-progress:*") == []
    assert len(await redis.all_job_results()) == count
    print(f"{seconds:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
