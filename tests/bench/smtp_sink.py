"""The fastest relay there can be, in a process of its own: takes every mail, and notes only when and for whom it came.

`python -m tests.bench.smtp_sink FILE` prints its port. The recording relay of the tests parses and keeps what it is given, which
would be measured too.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO


class Sink:
    """A running sink; only `start` makes one."""

    def __init__(self, process: subprocess.Popen[str], port: int, record: Path) -> None:
        self._process, self._record, self._read = process, record, 0
        self.url = f"smtp://127.0.0.1:{port}"
        self.arrivals: dict[str, float] = {}
        """Recipient → the instant of the first mail, in seconds since 1970, as far as `look` has read."""
        self.taken = 0

    @classmethod
    def start(cls, directory: Path) -> "Sink":
        """Start it and return when it listens."""
        record = directory / "sink.txt"
        record.touch()
        command = [sys.executable, "-m", "tests.bench.smtp_sink", str(record)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return cls(process, int(process.stdout.readline()), record)

    def look(self) -> None:
        """Read what has come since the last look."""
        with self._record.open() as record:
            record.seek(self._read)
            text = record.read()
        whole = text[: text.rfind("\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            instant, recipient = line.split()
            self.arrivals.setdefault(recipient, float(instant))
            self.taken += 1

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, record: TextIO) -> None:
    """Say yes to whatever a client says, until it takes its leave."""
    recipient = ""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        match line[:4].upper():
            case b"EHLO" | b"HELO":
                writer.write(b"250-sink\r\n250 SMTPUTF8\r\n")
            case b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                writer.write(b"250 2.1.5 yes\r\n")
            case b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                record.write(f"{time.time():.4f} {recipient}\n")
                writer.write(b"250 2.0.0 queued as 0123456789\r\n")
            case b"QUIT":
                break
            case _:
                writer.write(b"250 2.0.0 yes\r\n")
    writer.close()


async def _serve(file: Path) -> None:
    with file.open("a", buffering=1) as record:
        server = await asyncio.start_server(lambda r, w: converse(r, w, record), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
