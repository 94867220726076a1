"""(f) checks that a worker answers, with a million accounts and 100,000 pending pushes in the store, beside an empty one.

Each request calls itself by another name, so that the watch list knows none of them and every one reads the store.
"""

import json
import os
import random

from load import compare, drive
from ours import Ours, fill

from countersign import Console

SCRIPT = """
local pairs_, n, seed = {}, 0, 0
for line in io.lines("%s") do n = n + 1; pairs_[n] = line end
local head, tail = %s, %s
request = function()
  seed = seed + 1
  local login, push = pairs_[seed %% n + 1]:match("(%%S+) (%%S+)")
  return wrk.format("POST", "%s", {["Content-Type"] = "text/xml; charset=utf-8", ["SOAPAction"] = '"%s"',
    ["User-Agent"] = "bench " .. seed}, head .. login .. "</sLoginToken><sPushToken>" .. push .. tail)
end
"""
ACTION = "http://microsoft.com/webservices/twoFactorCheckPushAuthStatus"


class Filled(Ours):
    def __init__(self, folder, name, technicians, pushes):
        inner = os.path.join(folder, name.split()[0])
        os.mkdir(inner)
        super().__init__(inner, start=False)
        self.name = name
        self.company("acme")
        pairs = fill(self, "acme", technicians, pushes)
        random.Random(1).shuffle(pairs)
        self.script = os.path.join(inner, "check.lua")
        body = Console(self).envelope("twoFactorCheckPushAuthStatus", {"sLoginToken": "@", "sPushToken": "@"}).decode()
        listed = os.path.join(inner, "pairs")
        with open(listed, "w", encoding="utf-8") as out:
            out.writelines(f"{login} {push}\n" for login, push in pairs)
        head, tail = body.split("@")[0], body.split("@")[2]
        with open(self.script, "w", encoding="utf-8") as out:
            out.write(SCRIPT % (listed, json.dumps(head), json.dumps(tail), Ours.path, ACTION))
        self.bytes = os.path.getsize(self.settings[("store", "path")])
        self.start()


def measure(folder, build, quick):
    rounds, seconds = (3, 2) if quick else (7, 3)
    technicians, pushes = (100000, 10000) if quick else (1000000, 100000)
    servers = [Filled(folder, "full store", technicians, pushes), Filled(folder, "empty store", 1, 1)]
    found = {server.name: [] for server in servers}
    for number in range(rounds + 1):
        for server in servers:
            figures = drive(server.port, server.script, server.pids(), seconds)
            if number:
                found[server.name].append(figures)
    for server in servers:
        server.close()
    return {"rounds": rounds, "technicians": technicians, "pushes": pushes, "bytes": servers[0].bytes, "checks": compare(found)}
