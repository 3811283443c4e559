"""The floors of `tests.bench.sign_ins`: a bare aiohttp handler, and the bare hash pool.

`python -m tests.bench.bare serve PORT` · `python -m tests.bench.bare hash THREADS MEMORY_KIB PASSES SECONDS`
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web
from argon2 import PasswordHasher, Type

BODY = b'{"status": "of about the size of a sign-in policy", "filler": "' + b"x" * 1500 + b'"}'


async def answer(_request: web.Request) -> web.Response:
    """Answer bytes that lie ready."""
    return web.Response(body=BODY, content_type="application/json")


def serve(port: int) -> None:
    """Serve the bare handler."""
    application = web.Application()
    application.router.add_get("/", answer)
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


def hash_pool(threads: int, memory_kib: int, passes: int, seconds: float) -> None:
    """Print how many hashes a second the threads make, and how long one takes alone."""
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, hash_len=32, type=Type.ID)
    stored = hasher.hash("the password")
    begun = time.perf_counter()
    for _ in range(5):
        hasher.verify(stored, "the password")
    alone = (time.perf_counter() - begun) / 5

    def work() -> int:
        made = 0
        while time.perf_counter() - begun < seconds:
            hasher.verify(stored, "the password")
            made += 1
        return made

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        made = sum(pool.map(lambda _: work(), range(threads)))
    print(made / (time.perf_counter() - begun), alone)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        hash_pool(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
