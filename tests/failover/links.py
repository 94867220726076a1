#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Links between machines that can be cut: a program that passes TCP connections on, and its end in the tests.

A link is a port of its own in front of another port. While it is cut, nothing passes in either direction, as on a network
that drops packets: connections stay open, new ones get no answer, and what was sent before arrives once it is healed.
"""

import asyncio
import json
import subprocess
import sys

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
    """Obeys lines on standard input, `cut NAME` or `heal NAME`, and answers each; ends with its input."""
    made = {name: Link(port) for name, (_, port) in links.items()}
    for name, (own, _) in links.items():
        await asyncio.start_server(made[name].accept, "127.0.0.1", own)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    while line := (await lines.readline()).decode().split():
        event = made[line[1]].heals
        if line[0] == "cut":
            event.clear()
        else:
            event.set()
        print("done", flush=True)


class Links:
    """The program, as its user sees it."""

    def __init__(self, links):
        """links: by name, the port of the link and the one behind it."""
        self.program = subprocess.Popen([sys.executable, __file__, json.dumps(links)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self._expect("ready")

    def _expect(self, word):
        line = self.program.stdout.readline().strip()
        if line != word:
            raise RuntimeError(f"the links answered {line!r}")

    def set(self, what, names):
        for name in names:
            self.program.stdin.write(f"{what} {name}\n")
            self.program.stdin.flush()
            self._expect("done")

    def cut(self, *names):
        self.set("cut", names)

    def heal(self, *names):
        self.set("heal", names)

    def close(self):
        self.program.communicate()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
