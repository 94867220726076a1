#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Links between machines that can be cut: a program that passes TCP connections on, and its end in the tests.

A link is a port of its own in front of another port. While it is cut, nothing passes in either direction, as on a network
that drops packets: connections stay open, new ones get no answer, and what was sent before arrives once it is healed.
"""

import asyncio
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from countersign import free_port  # noqa: E402

PIECE = 65536


class Link:
    def __init__(self, port):
        self.port = port
        self.heals = asyncio.Event()
        self.heals.set()

    async def pump(self, reader, writer):
        try:
            while data := await reader.read(PIECE):
                await self.heals.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async def accept(self, reader, writer):
        await self.heals.wait()
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.pump(reader, to_writer), self.pump(to_reader, writer))


async def serve(links):
    """Obeys lines on standard input, `cut FROM TO PORT` or `heal ...`, and answers each; ends with its input."""
    made = {name: Link(port) for name, (_, port) in links.items()}
    for name, (own, _) in links.items():
        await asyncio.start_server(made[name].accept, "127.0.0.1", own)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    while line := (await lines.readline()).decode().split():
        event = made[" ".join(line[1:])].heals
        if line[0] == "cut":
            event.clear()
        else:
            event.set()
        print("done", flush=True)


class Links:
    """The program, as its user sees it: machines that are all this one, and each way between two of them a link."""

    words = "links are cut by a program on loopback"

    def __init__(self, ways):
        """ways: (from, to, port), the ports where a machine uses another one's programs."""
        self.ways = {f"{a} {b} {port}": (free_port(), port) for a, b, port in ways}
        self.program = subprocess.Popen([sys.executable, __file__, json.dumps(self.ways)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self._expect("ready")

    def inside(self, _):
        return []

    def address(self, _):
        return "127.0.0.1"

    def way(self, one, other, port):
        """Where one machine reaches that port of another."""
        return "127.0.0.1", self.ways[f"{one} {other} {port}"][0]

    def _expect(self, word):
        line = self.program.stdout.readline().strip()
        if line != word:
            raise RuntimeError(f"the links answered {line!r}")

    def set(self, what, one, others):
        for way in self.ways:
            ends = set(way.split()[:2])
            if one in ends and ends & set(others):
                self.program.stdin.write(f"{what} {way}\n")
                self.program.stdin.flush()
                self._expect("done")

    def cut(self, one, *others):
        self.set("cut", one, others)

    def heal(self, one, *others):
        self.set("heal", one, others)

    def close(self):
        self.program.communicate()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
