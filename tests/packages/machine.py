# SPDX-License-Identifier: Apache-2.0
"""Clean roots of Debian 12, and machines that boot in them: mmdebstrap and systemd-nspawn. Needs root."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, "build-packages")
BARE = {"gcc", "make", "git", "ca-certificates"}  # what a user begins with who has a compiler, make and git
PATIENCE = 600  # bounds a broken run; downloads are within it


def run(*args, check=True, **kwargs):
    done = subprocess.run([str(one) for one in args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=PATIENCE * 4, check=False, stdin=kwargs.pop("stdin", subprocess.DEVNULL), **kwargs)
    assert not check or done.returncode == 0, f"{args}: {done.returncode}\n{done.stdout[-6000:]}"
    return done


def tracked():
    """The files of this tree that git knows."""
    listed = run("git", "-C", ROOT, "ls-files", "-z").stdout.split("\0")
    return sorted(one for one in listed if one and os.path.isfile(os.path.join(ROOT, one)))


def state():
    """A digest of them and of the last commit's date: what the packages are a function of."""
    digest = hashlib.sha256(run("git", "-C", ROOT, "log", "-1", "--format=%ct").stdout.encode())
    for name in tracked():
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(f"{name}\0{oct(os.stat(file.fileno()).st_mode)}\0".encode() + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def packed(name, packages):
    """A root with these packages, as a tar archive that later runs use again."""
    path = os.path.join(WORK, name + ".tar")
    listed = path + ".packages"
    wanted = " ".join(sorted(packages))
    if os.path.exists(path) and os.path.exists(listed) and open(listed, encoding="utf-8").read() == wanted:
        return path
    os.makedirs(WORK, exist_ok=True)
    fresh = os.path.join(WORK, "fresh-" + name + ".tar")
    run("mmdebstrap", "--variant=minbase", "--include=" + ",".join(sorted(packages)), "bookworm", fresh)
    os.replace(fresh, path)
    with open(listed, "w", encoding="utf-8") as file:
        file.write(wanted)
    return path


class Root:
    """A root that was not used before."""

    def __init__(self, folder, archive):
        self.folder = str(folder)
        run("tar", "-C", self.folder, "-xf", archive)

    def copy(self, *paths):
        for path in paths:
            shutil.copy(path, os.path.join(self.folder, "root"))

    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                   "DEBIAN_FRONTEND": "noninteractive"}

    def command(self, *args):
        """What runs it in the root, which is not booted, with the network of this machine."""
        with contextlib.suppress(FileNotFoundError):
            shutil.copy("/etc/resolv.conf", os.path.join(self.folder, "etc/resolv.conf"))
        script = 'r=$1; shift; mount -t proc proc "$r/proc"; mount --rbind /dev "$r/dev"; exec chroot "$r" "$@"'
        return ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", self.folder, *args]

    def run(self, *args, check=True, **kwargs):
        return run(*self.command(*args), check=check, env=self.environment, **kwargs)


class Machine:
    """A root that systemd runs in, with a network of its own."""

    def __init__(self, root):
        self.root = root
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(root.folder, "etc/resolv.conf"))
        # nspawn's own filter of system calls does not know Landlock.
        self.console = open(os.path.join(root.folder, "..", "console"), "wb")
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--directory", root.folder, "--register=no", "--keep-unit", "--private-network",
             "--machine", f"check{os.getpid()}",
             "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self", "--boot"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console)
        self.leader = None
        self.until(self.find_leader, "it does not begin to boot")
        self.until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"),
                   "it does not boot")

    def find_leader(self):
        found = run("pgrep", "-P", self.process.pid, check=False).stdout.split()
        self.leader = found[0] if found else None
        return self.leader

    def until(self, holds, message):
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline and self.process.poll() is None, message
            time.sleep(0.2)

    def run(self, *args, check=True, **kwargs):
        return run("nsenter", "--target", self.leader, "--mount", "--uts", "--ipc", "--net", "--pid", *args, check=check, **kwargs)

    def sh(self, script, check=True):
        return self.run("bash", "-c", script, check=check).stdout

    def show(self, unit, what):
        return self.sh(f"systemctl show {unit} -p {what} --value").strip()

    def stop(self):
        if self.process.poll() is None:
            self.run("systemctl", "poweroff", check=False)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.console.close()
