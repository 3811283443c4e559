"""The bare floor of the reset path: the same SQL, the same broker, the same SMTP, and nothing around it.

Three processes like the product's: `serve` (HTTP in, one INSERT), `decide` (take the rows, find the account, write digest and
outbox, publish with confirm, mark), `send` (inbox, delivery, SMTP, mark). No validation, no sealing, no templates, no leases'
renewal, no logs, no metrics, no retries: what is left is what the work costs at least.
"""

import asyncio
import json
import os
import secrets
import sys
from email.message import EmailMessage
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aio_pika
import aiosmtplib
import asyncpg
from aiohttp import web

SCHEMA = """
CREATE TABLE account (id uuid PRIMARY KEY, email text UNIQUE, version bigint DEFAULT 0);
CREATE TABLE request (id uuid PRIMARY KEY, email text, at timestamptz DEFAULT now());
CREATE TABLE token (digest bytea PRIMARY KEY, account uuid, at timestamptz DEFAULT now());
CREATE TABLE outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid, data jsonb, claimed timestamptz,
    published timestamptz);
CREATE INDEX ON outbox (position) WHERE published IS NULL;
CREATE TABLE inbox (id uuid PRIMARY KEY);
CREATE TABLE delivery (id uuid PRIMARY KEY, content bytea, state text, leased timestamptz);
CREATE INDEX ON delivery (id) WHERE state = 'planned';
CREATE TABLE attempt (delivery uuid, at timestamptz DEFAULT now(), outcome text);
"""
BATCH = 100
SESSIONS = 4


async def serve(url: str, port: int) -> None:
    """Answer POST / with one INSERT and a NOTIFY by the way."""
    pool = await asyncpg.create_pool(url, min_size=4, max_size=10)
    due = asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO request (id, email) VALUES ($1, $2)", uuid4(), body["identifier"])
        due.set()
        return web.json_response({"promise": {"email_minutes": 5, "letter_hours": 48}}, status=202)

    async def wake() -> None:
        while True:
            await due.wait()
            due.clear()
            await pool.execute("SELECT pg_notify('floor', '')")
            await asyncio.sleep(0.01)

    application = web.Application()
    application.router.add_post("/", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await wake()


async def decide(url: str, broker: str) -> None:
    """Take requests, write digests and outbox, publish, mark."""
    pool = await asyncpg.create_pool(url, min_size=2, max_size=5)
    connection = await aio_pika.connect(broker)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    exchange = await channel.declare_exchange("floor", aio_pika.ExchangeType.TOPIC, durable=True)
    bell = await _bell(url)
    while True:
        if await _decide_batch(pool) + await _publish_batch(pool, exchange) == 0:
            await _ring(bell)


async def _decide_batch(pool: asyncpg.Pool) -> int:
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            "DELETE FROM request WHERE id IN (SELECT id FROM request ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, email",
            BATCH,
        )
        if not rows:
            return 0
        accounts = await connection.fetch(
            "SELECT id, email FROM account WHERE email = ANY($1)", [r["email"] for r in rows]
        )
        await connection.execute(
            "UPDATE account SET version = version + 1 WHERE id = ANY($1)", [a["id"] for a in accounts]
        )
        tokens = [secrets.token_urlsafe(32) for _ in accounts]
        await connection.executemany(
            "INSERT INTO token (digest, account) VALUES ($1, $2)",
            [(token.encode(), account["id"]) for token, account in zip(tokens, accounts, strict=True)],
        )
        await connection.executemany(
            "INSERT INTO outbox (id, data) VALUES ($1, $2)",
            [
                (uuid4(), json.dumps({"email": account["email"], "token": token}))
                for token, account in zip(tokens, accounts, strict=True)
            ],
        )
        return len(rows)


async def _publish_batch(pool: asyncpg.Pool, exchange: aio_pika.abc.AbstractExchange) -> int:
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            "UPDATE outbox SET claimed = now() WHERE position IN (SELECT position FROM outbox WHERE published IS NULL"
            " ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING position, id, data",
            BATCH,
        )
    if not rows:
        return 0
    await asyncio.gather(
        *(
            exchange.publish(
                aio_pika.Message(
                    json.dumps({"id": str(row["id"]), "data": json.loads(row["data"])}).encode(),
                    delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                ),
                routing_key="reset",
            )
            for row in rows
        )
    )
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "UPDATE outbox SET published = now() WHERE position = ANY($1)", [r["position"] for r in rows]
        )
    return len(rows)


async def send(url: str, broker: str, relay: str) -> None:
    """Consume into inbox and delivery; send what is planned on four sessions."""
    pool = await asyncpg.create_pool(url, min_size=2, max_size=10)
    connection = await aio_pika.connect(broker)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=16)
    exchange = await channel.declare_exchange("floor", aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue("floor.reset", durable=True, arguments={"x-queue-type": "quorum"})
    await queue.bind(exchange, routing_key="reset")
    bell = asyncio.Event()

    async def receive(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        content = json.loads(message.body)
        async with pool.acquire() as one, one.transaction():
            fresh = await one.fetchval(
                "INSERT INTO inbox VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", UUID(content["id"])
            )
            if fresh:
                await one.execute(
                    "INSERT INTO delivery VALUES ($1, $2, 'planned')", uuid4(), json.dumps(content["data"]).encode()
                )
        await message.ack()
        bell.set()

    await queue.consume(receive)
    parts = urlsplit(relay)
    clients = [aiosmtplib.SMTP(hostname=parts.hostname, port=parts.port) for _ in range(SESSIONS)]
    for client in clients:
        await client.connect()
    while True:
        if not await _send_batch(pool, clients):
            await _ring(bell)


async def _send_batch(pool: asyncpg.Pool, clients: list[aiosmtplib.SMTP]) -> int:
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(
            "UPDATE delivery SET state = 'sending', leased = now() WHERE id IN (SELECT id FROM delivery WHERE state = 'planned'"
            " LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING id, content"
        )
    waiting = iter(rows)

    async def work(client: aiosmtplib.SMTP) -> None:
        for row in waiting:
            content = json.loads(row["content"])
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "floor@example.org", content["email"], "Floor"
            mail["Message-ID"] = f"<{row['id']}@example.org>"
            mail.set_content(f"https://example.org/{content['token']}\n")
            await client.send_message(mail)
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("UPDATE delivery SET state = 'sent', content = NULL WHERE id = $1", row["id"])
                await connection.execute("INSERT INTO attempt (delivery, outcome) VALUES ($1, 'sent')", row["id"])

    await asyncio.gather(*(work(client) for client in clients))
    return len(rows)


async def _bell(url: str) -> asyncio.Event:
    bell, connection = asyncio.Event(), await asyncpg.connect(url)
    await connection.add_listener("floor", lambda *_: bell.set())
    bell.connection = connection  # type: ignore[attr-defined]  # kept alive with the bell
    return bell


async def _ring(bell: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(1):
            await bell.wait()
    except TimeoutError:
        pass
    bell.clear()


def main() -> None:
    """Be one of the three processes."""
    url, broker, relay = os.environ["FLOOR_DATABASE"], os.environ["FLOOR_BROKER"], os.environ["FLOOR_RELAY"]
    match sys.argv[1]:
        case "serve":
            asyncio.run(serve(url, int(sys.argv[2])))
        case "decide":
            asyncio.run(decide(url, broker))
        case "send":
            asyncio.run(send(url, broker, relay))


if __name__ == "__main__":
    main()
