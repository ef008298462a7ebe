// ioredis as programs use it: automatic pipelining, transactions, pub/sub, streams, iteration,
// reconnecting.
//
//     NODE_PATH=.../node_modules node ioredis.js PORT
//
// Every check is an assert: the script ends with status 0, or prints what failed and ends with 1.

"use strict";
const assert = require("node:assert/strict");
const { once } = require("node:events");
const { setTimeout: sleep } = require("node:timers/promises");
const { Redis } = require("ioredis");

const port = Number(process.argv[2]);
const clients = [];

function connect(options = {}) {
  const client = new Redis({ port, ...options });
  clients.push(client);
  return client;
}

// Commands issued in one turn of the event loop go out in one write; each gets its own reply.
async function automaticPipelining() {
  const redis = connect({ enableAutoPipelining: true, keyPrefix: "auto:" });
  const numbers = Array.from({ length: 5000 }, (_, i) => i);
  await Promise.all(numbers.map((i) => redis.set(`k${i}`, i)));
  assert.deepEqual(await Promise.all(numbers.map((i) => redis.get(`k${i}`))), numbers.map(String));
  await redis.set("text", "x");
  const outcomes = await Promise.allSettled([redis.incr("n"), redis.incr("text"), redis.incr("n")]);
  assert.deepEqual(outcomes.map((outcome) => outcome.status), ["fulfilled", "rejected", "fulfilled"]);
  assert.match(outcomes[1].reason.message, /not an integer/);
  assert.equal(outcomes[2].value, 2);
}

async function pipelinesAndTransactions() {
  const redis = connect();
  const replies = await redis.pipeline().set("s", "1").lpush("s", "x").incr("s").exec();
  assert.equal(replies[0][1], "OK");
  assert.match(replies[1][0].message, /^WRONGTYPE/);
  assert.equal(replies[2][1], 2);
  assert.deepEqual(await redis.multi().incr("s").get("s").exec(), [[null, 3], [null, "3"]]);
  // MULTI sent command by command, not as one pipeline.
  await redis.multi({ pipeline: false });
  assert.equal(await redis.incr("s"), "QUEUED");
  assert.deepEqual(await redis.exec(), [[null, 4]]);
  await redis.watch("s");
  await connect().set("s", "touched");
  assert.equal(await redis.multi().incr("s").exec(), null);
  // Bytes that are no text, and a value of a megabyte.
  const bytes = Buffer.from([0, 255, 13, 10, 128]);
  await redis.set(bytes, bytes);
  assert.deepEqual(await redis.getBuffer(bytes), bytes);
  const big = Buffer.alloc(1 << 20, "b");
  await redis.set("big", big);
  assert.deepEqual(await redis.getBuffer("big"), big);
}

async function publishAndSubscribe() {
  const [subscriber, publisher] = [connect(), connect()];
  const [byChannel, byPattern] = [[], []];
  subscriber.on("message", (channel, text) => byChannel.push([channel, text]));
  subscriber.on("pmessage", (pattern, channel, text) => byPattern.push([pattern, channel, text]));
  assert.equal(await subscriber.subscribe("one", "two"), 2);
  assert.equal(await subscriber.psubscribe("t*"), 3);
  await Promise.all(Array.from({ length: 500 }, (_, i) => publisher.publish("one", i)));
  assert.equal(await publisher.publish("two", "last"), 2);
  await until(() => byPattern.length === 1 && byChannel.length === 501);
  assert.deepEqual(byChannel, [...Array.from({ length: 500 }, (_, i) => ["one", `${i}`]), ["two", "last"]]);
  assert.deepEqual(byPattern, [["t*", "two", "last"]]);
  assert.equal(await subscriber.ping(), "PONG");
  assert.equal(await subscriber.unsubscribe("one", "two"), 1);
  assert.equal(await subscriber.punsubscribe("t*"), 0);
  // Out of subscriber mode the connection takes ordinary commands again.
  assert.equal(await subscriber.set("after", "1"), "OK");
}

// A group's consumer waits in a blocking read on a connection of its own.
async function streams() {
  const redis = connect();
  await redis.xgroup("CREATE", "jobs", "workers", "$", "MKSTREAM");
  const done = [];
  const consume = async (name) => {
    const own = redis.duplicate();
    clients.push(own);
    for (;;) {
      const reply = await own.xreadgroup("GROUP", "workers", name, "COUNT", 10, "BLOCK", 10_000, "STREAMS", "jobs", ">");
      for (const [id, [, value]] of reply[0][1]) {
        await own.xack("jobs", "workers", id);
        if (value === "stop") return;
        done.push(Number(value));
      }
    }
  };
  const consumers = [consume("a"), consume("b")];
  await until(async () => /blocked_clients:2/.test(await redis.info("clients")));
  for (let i = 0; i < 200; i++) await redis.xadd("jobs", "*", "n", i);
  // Whoever reads a stop leaves; entries read with it would be the other's, so they go one by one.
  await until(() => done.length === 200);
  await redis.xadd("jobs", "*", "n", "stop");
  await Promise.race(consumers);
  await redis.xadd("jobs", "*", "n", "stop");
  await Promise.all(consumers);
  assert.deepEqual(done.sort((a, b) => a - b), Array.from({ length: 200 }, (_, i) => i));
  assert.equal((await redis.xpending("jobs", "workers"))[0], 0);
}

async function iteration() {
  const redis = connect();
  await redis.mset(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`scan:${i}`, i])));
  const seen = new Set();
  for await (const keys of redis.scanStream({ match: "scan:*", count: 100 })) keys.forEach((key) => seen.add(key));
  assert.equal(seen.size, 1000);
  await redis.zadd("z", ...Array.from({ length: 300 }, (_, i) => [i, `m${i}`]).flat());
  const members = new Map();
  for await (const batch of redis.zscanStream("z")) for (let i = 0; i < batch.length; i += 2) members.set(batch[i], batch[i + 1]);
  assert.equal(members.size, 300);
  assert.equal(members.get("m299"), "299");
  await redis.hset("h", { a: 1, b: 2 });
  assert.deepEqual(await redis.hgetall("h"), { a: "1", b: "2" });
}

// Killed by another client, it connects again, subscribes again, and sends what had waited.
async function reconnecting() {
  const [victim, subscriber, admin] = [connect(), connect(), connect()];
  const heard = [];
  subscriber.on("message", (_, text) => heard.push(text));
  await subscriber.subscribe("still");
  for (const [client, type] of [[victim, "normal"], [subscriber, "pubsub"]]) {
    const gone = once(client, "close");
    if (type === "pubsub") await admin.client("KILL", "TYPE", "pubsub");
    else await admin.client("KILL", "ID", await victim.client("ID"));
    await gone;
  }
  assert.equal(await victim.set("alive", "again"), "OK");
  await until(async () => (await admin.publish("still", "there")) === 1 && heard.includes("there"));
}

async function until(holds) {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    assert(Date.now() < deadline, "waited ten seconds");
    await sleep(5);
  }
}

async function main() {
  for (const subject of [automaticPipelining, pipelinesAndTransactions, publishAndSubscribe, streams, iteration, reconnecting]) {
    console.log(subject.name);
    await connect().flushall();
    await subject();
    clients.splice(0).forEach((client) => client.disconnect());
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
