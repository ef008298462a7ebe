// node-redis as programs use it: RESP3 with pub/sub beside ordinary commands, a pool, optimistic
// transactions, iteration, consumer groups, a cache in the client, reconnecting.
//
//     NODE_PATH=.../node_modules node node_redis.js PORT
//
// Every check is an assert: the script ends with status 0, or prints what failed and ends with 1.

"use strict";
const assert = require("node:assert/strict");
const { setTimeout: sleep } = require("node:timers/promises");
const { BasicClientSideCache, createClient, createClientPool, RESP_TYPES, WatchError } = require("redis");

const options = { RESP: 3, socket: { port: Number(process.argv[2]), reconnectStrategy: 10 } };
const clients = [];

async function connect(more = {}) {
  const client = createClient({ ...options, ...more });
  client.on("error", () => {}); // a connection killed on purpose
  clients.push(client);
  return client.connect();
}

// Replies of RESP3's own types arrive as what they are.
async function typedReplies() {
  const client = await connect();
  await client.zAdd("z", [{ value: "a", score: 1.5 }, { value: "b", score: Infinity }]);
  assert.equal(await client.zScore("z", "a"), 1.5);
  assert.deepEqual((await client.zRangeWithScores("z", 0, -1)).map((m) => m.score), [1.5, Infinity]);
  await client.sAdd("s", ["x", "y"]);
  const asSet = client.withTypeMapping({ [RESP_TYPES.SET]: Set });
  assert.deepEqual(await asSet.sMembers("s"), new Set(["x", "y"]));
  await client.hSet("h", { a: 1, b: 2 });
  assert.deepEqual({ ...(await client.hGetAll("h")) }, { a: "1", b: "2" });
  assert.equal(await client.get("missing"), null);
  const asBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  await client.set("bytes", Buffer.from([0, 255, 13, 10]));
  assert.deepEqual(await asBytes.get("bytes"), Buffer.from([0, 255, 13, 10]));
  await assert.rejects(client.incr("h"), /WRONGTYPE/);
  const dump = await asBytes.dump("h");
  await client.restore("copy", 0, dump);
  assert.equal(await client.hLen("copy"), 2);
}

async function transactions() {
  const client = await connect();
  const numbers = Array.from({ length: 2000 }, (_, i) => i);
  await Promise.all(numbers.map((i) => client.set(`k${i}`, i)));
  assert.deepEqual(await client.mGet(numbers.map((i) => `k${i}`)), numbers.map(String));
  assert.deepEqual(await client.multi().incr("n").incr("n").get("n").exec(), [1, 2, "2"]);
  await client.watch("n");
  await (await connect()).set("n", "touched");
  await assert.rejects(client.multi().get("n").exec(), WatchError);
}

// Connections drawn from a pool, each held for a WATCH, a read and an EXEC.
async function aPool() {
  const pool = createClientPool(options, { minimum: 2, maximum: 8 });
  pool.on("error", () => {});
  await pool.connect();
  const increment = () =>
    pool.execute(async (client) => {
      for (;;) {
        await client.watch("shared");
        const value = Number(await client.get("shared"));
        try {
          await client.multi().set("shared", value + 1).exec();
          return;
        } catch (error) {
          if (!(error instanceof WatchError)) throw error;
        }
      }
    });
  await Promise.all(Array.from({ length: 100 }, increment));
  assert.equal(await pool.get("shared"), "100");
  const waits = Array.from({ length: 4 }, () => pool.blPop("handed", 10));
  await until(async () => /blocked_clients:4/.test(await pool.info("clients")));
  await pool.rPush("handed", ["1", "2", "3", "4"]);
  assert.deepEqual((await Promise.all(waits)).map((got) => got.element).sort(), ["1", "2", "3", "4"]);
  await pool.close();
}

// Under RESP3 messages are pushes: the subscriber goes on with ordinary commands.
async function publishAndSubscribe() {
  const [subscriber, publisher] = [await connect(), await connect()];
  const [byChannel, byPattern] = [[], []];
  await subscriber.subscribe("one", (text, channel) => byChannel.push([channel, text]));
  await subscriber.pSubscribe("o*", (text) => byPattern.push(text));
  const numbers = Array.from({ length: 500 }, (_, i) => `${i}`);
  const [echoes] = await Promise.all([
    Promise.all(numbers.map((n) => subscriber.echo(n))),
    Promise.all(numbers.map((n) => publisher.publish("one", n))),
  ]);
  assert.deepEqual(echoes, numbers);
  await until(() => byChannel.length === 500 && byPattern.length === 500);
  assert.deepEqual(byChannel, numbers.map((n) => ["one", n]));
  assert.deepEqual(byPattern, numbers);
  await subscriber.sSubscribe("shard", (text) => byPattern.push(text));
  assert.equal(await publisher.sPublish("shard", "sharded"), 1);
  await until(() => byPattern.at(-1) === "sharded");
  await subscriber.unsubscribe("one");
  await subscriber.pUnsubscribe();
  assert.equal(await publisher.publish("one", "nobody"), 0);
}

async function streams() {
  const client = await connect();
  await client.xGroupCreate("jobs", "workers", "0", { MKSTREAM: true });
  await Promise.all(Array.from({ length: 100 }, (_, i) => client.xAdd("jobs", "*", { n: `${i}` })));
  const taken = await client.xReadGroup("workers", "crashed", { key: "jobs", id: ">" }, { COUNT: 40 });
  assert.equal(taken[0].messages.length, 40);
  const rest = await client.xReadGroup("workers", "steady", { key: "jobs", id: ">" });
  assert.deepEqual(rest[0].messages.map((m) => m.message.n), Array.from({ length: 60 }, (_, i) => `${i + 40}`));
  const claimed = await client.xAutoClaim("jobs", "workers", "steady", 0, "0-0", { COUNT: 40 });
  assert.deepEqual(claimed.messages.map((m) => m.id), taken[0].messages.map((m) => m.id));
  const ids = [...rest[0].messages, ...claimed.messages].map((m) => m.id);
  assert.equal(await client.xAck("jobs", "workers", ids), 100);
  assert.equal((await client.xPending("jobs", "workers")).pending, 0);
  assert.equal((await client.xInfoStream("jobs")).length, 100);
}

async function iteration() {
  const client = await connect();
  await client.mSet(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`scan:${i}`, `${i}`])));
  const seen = new Set();
  for await (const keys of client.scanIterator({ MATCH: "scan:*", COUNT: 100 })) keys.forEach((key) => seen.add(key));
  assert.equal(seen.size, 1000);
  await client.hSet("h", Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}`, `${i}`])));
  let fields = 0;
  for await (const batch of client.hScanIterator("h")) fields += batch.length;
  assert.equal(fields, 600);
}

// Reads that the server need not answer until it says that the key has changed.
async function aCache() {
  const cache = new BasicClientSideCache({ maxEntries: 100 });
  const [reader, writer] = [await connect({ clientSideCache: cache }), await connect()];
  await writer.set("hot", "1");
  for (let i = 0; i < 1000; i++) assert.equal(await reader.get("hot"), "1");
  assert.equal(cache.stats().hitCount, 999);
  await writer.set("hot", "2");
  await until(async () => (await reader.get("hot")) === "2");
  await writer.flushAll();
  await until(async () => (await reader.get("hot")) === null);
}

// Killed by another client, it connects again, subscribes again, and sends what had waited.
async function reconnecting() {
  const [victim, admin] = [await connect(), await connect()];
  const heard = [];
  await victim.subscribe("still", (text) => heard.push(text));
  const id = await victim.clientId();
  await admin.sendCommand(["CLIENT", "KILL", "ID", `${id}`]);
  await until(async () => (await admin.publish("still", "there")) === 1 && heard.includes("there"));
  assert.equal(await victim.set("alive", "again"), "OK");
  assert.notEqual(await victim.clientId(), id);
}

async function until(holds) {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    assert(Date.now() < deadline, "waited ten seconds");
    await sleep(5);
  }
}

async function main() {
  for (const subject of [typedReplies, transactions, aPool, publishAndSubscribe, streams, iteration, aCache, reconnecting]) {
    console.log(subject.name);
    await (await connect()).flushAll();
    await subject();
    clients.splice(0).forEach((client) => client.destroy());
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
