#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Machines in network namespaces of their own, on one bridge; what they send to one another can be lost.

usage: apart.py PROGRAM [ARGUMENT...]      runs it where Apart can be made, in a namespace of its own, otherwise as it is

An ordinary user may do this where the kernel lets one have a user namespace; in a container often neither root nor others may.
While two machines are cut apart, each has a wrong hardware address of the other: nothing arrives in either direction, in open
connections or new ones, and nothing says so.
"""

import os
import subprocess
import sys

VARIABLE = "COUNTERSIGN_APART"
BRIDGE = "apart0"
NOWHERE = "02:00:00:00:00:00"
HERE = "10.77.0.1"  # of the programs that are on none of the machines: countersign, its clients and the tests
AS_ROOT = ["unshare", "--net"]
AS_USER = ["unshare", "--user", "--map-current-user", "--keep-caps", "--net"]


def ip(*words, on=()):
    done = subprocess.run([*on, "ip", *words], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stdout.strip()}")


class Machine:
    """A namespace, for as long as a program in it waits for the end of its input."""

    def __init__(self, address):
        self.address = address
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"\n":
            raise RuntimeError("unshare --net has failed")
        self.inside = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]

    def close(self):
        self.holder.communicate()


class Apart:
    """The network. The whole process must be in a namespace of its own."""

    words = "links are cut between network namespaces"

    def __init__(self, names):
        self.machines = {}
        ip("link", "set", "lo", "up")
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("address", "add", f"{HERE}/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        try:
            for number, name in enumerate(names):
                self.add(number, name)
        except BaseException:
            self.close()
            raise

    def add(self, number, name):
        machine = self.machines[name] = Machine(f"10.77.0.{10 + number}")
        ip("link", "add", f"to{number}", "type", "veth", "peer", "name", BRIDGE, "netns", str(machine.holder.pid))
        ip("link", "set", f"to{number}", "master", BRIDGE, "up")
        ip("link", "set", "lo", "up", on=machine.inside)
        ip("address", "add", f"{machine.address}/24", "dev", BRIDGE, on=machine.inside)
        ip("link", "set", BRIDGE, "up", on=machine.inside)

    def inside(self, name):
        """The command that runs a program on it."""
        return self.machines[name].inside if name in self.machines else []

    def address(self, name):
        return self.machines[name].address if name in self.machines else HERE

    def way(self, _, name, port):
        return self.address(name), port

    def each(self, one, others):
        for other in others:
            yield self.inside(one), self.address(other)
            yield self.inside(other), self.address(one)

    def cut(self, one, *others):
        for inside, address in self.each(one, others):
            ip("neighbour", "replace", address, "lladdr", NOWHERE, "nud", "permanent", "dev", BRIDGE, on=inside)

    def heal(self, one, *others):
        for inside, address in self.each(one, others):
            ip("neighbour", "delete", address, "dev", BRIDGE, on=inside)

    def close(self):
        for machine in self.machines.values():
            machine.close()
        ip("link", "delete", BRIDGE)


def why_not():
    """Why there are no namespaces, or None."""
    way = AS_ROOT if os.geteuid() == 0 else AS_USER
    try:
        done = subprocess.run([*way, sys.executable, __file__], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else (done.stdout.strip().splitlines() or ["no words"])[-1]


def main():
    if len(sys.argv) == 1:  # asked by why_not
        network = Apart(["one"])
        network.cut("one", "here")
        network.heal("one", "here")
        network.close()
        return
    reason = why_not()
    way = AS_ROOT if os.geteuid() == 0 else AS_USER
    if reason is None:
        os.environ[VARIABLE] = "yes"
    else:
        print(f"failover: no network namespaces: {reason}", flush=True)
    os.execvp(way[0] if reason is None else sys.argv[1], [*(way if reason is None else []), *sys.argv[1:]])


if __name__ == "__main__":
    main()
