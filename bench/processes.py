# SPDX-License-Identifier: Apache-2.0
"""Processes under measurement: where they run, what they used, what they hold."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import time

SET_CHILD_SUBREAPER = 36  # linux/prctl.h
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


@contextlib.contextmanager
def on_cpu(cpu):
    """What is started within has that processor alone; None: all."""
    mine = os.sched_getaffinity(0)
    if cpu is not None:
        os.sched_setaffinity(0, {int(cpu)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


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


def _terminated(*_):
    raise SystemExit("terminated")


def adopt_orphans():
    """What a server starts and leaves becomes ours, and SIGTERM an exception: so whatever happens, leave_nothing() finds all."""
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, _terminated)


def leave_nothing():
    """Ends every process that descends from this one."""
    while others := family(os.getpid())[1:]:
        for pid in others:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break


def processor_seconds(pids):
    """User and system time of processes with all their threads, by the kernel's clock of each (clock_getcpuclockid), in ns."""
    total = 0.0
    for pid in pids:
        try:
            total += time.clock_gettime(~pid << 3 | 2)
        except OSError:  # it ended
            pass
    return total


def used_by_family():
    """Seconds of this process and of all descendants that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def used_by_all():
    """Seconds that the processors were not idle, since the machine started."""
    with open("/proc/stat", encoding="utf-8") as stat:
        user, nice, system, _, _, irq, soft, *_ = map(int, stat.readline().split()[1:])
    return (user + nice + system + irq + soft) / TICK


def own_memory(pid):
    """Bytes of anonymous memory: what a process holds in user space besides its program text. None if it has ended and was not waited for yet."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        found = re.search(r"RssAnon:\s+(\d+) kB", status.read())
    return int(found.group(1)) * 1024 if found else 0


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
