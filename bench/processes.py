"""Processes under measurement: where they run, what they used, what they hold."""

import os
import re
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
CPUS = sorted(os.sched_getaffinity(0))
# With two processors servers have one and the load the other: neither takes the other's time.
SERVER_CPU = str(CPUS[0])
LOAD_CPU = str(CPUS[-1])


def pinned(cpu, command):
    return ["taskset", "-c", cpu, *command]


def pin(pids, cpu):
    for pid in pids:
        subprocess.run(["taskset", "-a", "-p", "-c", cpu, str(pid)], check=False, capture_output=True)


def family(pid):
    """The process and all that descend from it."""
    parents = {}
    for other in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{other}/stat", encoding="utf-8") as stat:
                parents[int(other)] = int(stat.read().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def processor_seconds(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def own_memory(pid):
    """Bytes of anonymous memory: what a process holds in user space beside its program text."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"RssAnon:\s+(\d+) kB", status.read()).group(1)) * 1024


def wait_port(port, process, seconds=60):
    """Until somebody listens there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[:6]} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{process.args[:6]} does not listen")
