# SPDX-License-Identifier: Apache-2.0
"""The image of the Open Container Initiative: small, with nothing that is not needed, and what it promises about how it runs.
runc runs it, as container engines do."""

import hashlib
import json
import os
import pathlib
import re
import socket
import subprocess
import tarfile
import time

import pytest
import yaml

from machine import PATIENCE, ROOT, WORK, run, state

ANY = 12345  # a user id that the image knows nothing of
PASSWORD = "a quiet harbour, 7 boats\n"
MOST = 60_000_000


@pytest.fixture(scope="session", name="image")
def fixture_image(built):
    """The archive; that of an earlier run if the tree is the same."""
    path, stamp = os.path.join(WORK, "countersign.oci.tar"), os.path.join(WORK, "image.state")
    if not os.path.exists(stamp) or open(stamp, encoding="utf-8").read() != state():
        run(os.path.join(ROOT, "tools/image"), built, path)
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(state())
    return path


@pytest.fixture(scope="session", name="bundle")
def fixture_bundle(image, tmp_path_factory):
    """Unpacked as an engine does: its configuration, its root, and what its manifest says."""
    folder = tmp_path_factory.mktemp("image")
    layout = folder / "layout"
    run("tar", "-C", folder, "--one-top-level=layout", "-xf", image)
    version = run(os.path.join(ROOT, "tools/version")).stdout.strip()
    run("umoci", "unpack", "--image", f"{layout}:{version}", folder / "bundle")
    return folder


class Container:
    """A container of the image: no capability, a root that cannot be written, one volume."""

    def __init__(self, bundle, folder, user=ANY):
        self.bundle, self.folder, self.user = bundle, folder, user
        self.name = f"check{os.getpid()}-{folder.name}"
        self.volume = folder / "data"
        self.volume.mkdir()
        os.chown(self.volume, user, user)
        self.process = None

    def configure(self, *command):
        config = json.loads((self.bundle / "bundle/config.json").read_text())
        assert [one["destination"] for one in config["mounts"]][-1] == "/data", "the image declares its volume"
        process = config["process"]
        process.update(terminal=False, args=list(command) or process["args"], capabilities={}, noNewPrivileges=True,
                       user={"uid": self.user, "gid": self.user})
        config["root"] = {"path": str(self.bundle / "bundle/rootfs"), "readonly": True}
        config["mounts"] = [one for one in config["mounts"] if one["destination"] not in ("/data", "/sys/fs/cgroup")]
        config["mounts"].append({"destination": "/data", "type": "bind", "source": str(self.volume), "options": ["bind", "rw"]})
        config["linux"]["namespaces"] = [one for one in config["linux"]["namespaces"] if one["type"] != "network"]
        config["linux"]["resources"] = {}
        (self.folder / "config.json").write_text(json.dumps(config))

    def runc(self, *args):
        return ["runc", "--root", str(self.folder / "runc"), *args]

    def once(self, *command, stdin=""):
        self.configure(*command)
        done = subprocess.run(self.runc("run", "-b", str(self.folder), self.name + "-once"), input=stdin, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self):
        self.configure()
        self.log = open(self.folder / "log", "w+b")
        self.process = subprocess.Popen(self.runc("run", "-b", str(self.folder), self.name), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        self.until(lambda: " ready " in self.said())

    def said(self):
        return (self.folder / "log").read_text(errors="replace")

    def until(self, holds):
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline and self.process.poll() is None, self.said()
            time.sleep(0.1)

    def inside(self, *command):
        """A further process beside the server, as `docker exec` starts one."""
        return self.runc("exec", self.name, *command)

    def kill(self, how):
        run(*self.runc("kill", self.name, how))
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill("KILL")
        subprocess.run(self.runc("delete", "-f", self.name), capture_output=True, check=False)


@pytest.fixture(name="container")
def fixture_container(bundle, tmp_path):
    made = Container(bundle, tmp_path)
    yield made
    made.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def set_up(container):
    """The one command, in the container: the first phone's link, and the port."""
    port = free_port()
    said = container.once("countersign", "setup", "--folder", "/data", "--trial", "--name", "localhost", "--listen",
                          f"127.0.0.1:{port}", "--company", "acme", "--technician", "ann@acme.example", "--password-file", "-",
                          "--keep", "--no-start", stdin=PASSWORD)
    return re.search(r"https://localhost:\d+/approve/#\S+", said).group(), port


def sign_in(container, port):
    """A login whose push the phone of the volume approves; what the console was answered."""
    (container.volume / "password").write_text(PASSWORD)
    os.chown(container.volume / "password", container.user, container.user)
    trust = ["--ca", "/data/trial/certificate.pem"]
    with subprocess.Popen(container.inside("countersign", "login", "ann@acme.example", "--url", f"https://localhost:{port}",
                                           "--password-file", "/data/password", *trust),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as login:
        said = ""
        for line in login.stdout:
            said += line
            if found := re.search(r"[Nn]umber\D*(\d{3}) ?(\d{3})", line):
                run(*container.inside("countersign", "device", "approve", "--next", "--number", "".join(found.groups()),
                                      "--key-file", "/data/phone", *trust))
        login.wait(PATIENCE)
    return said


def test_it_is_small_and_has_only_what_the_programs_load(image, bundle):
    root = bundle / "bundle/rootfs"
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert os.path.getsize(image) < MOST and sum(path.stat().st_size for path in files) < MOST
    assert not [path for path in root.rglob("*") if path.stat(follow_symlinks=False).st_mode & 0o6000]
    programs = {str(path.relative_to(root)) for path in files if path.stat().st_mode & 0o111 and ".so" not in path.name}
    assert {"usr/bin/countersign", "usr/sbin/countersignd", "usr/libexec/countersign/countersign-front"} <= programs
    assert all(os.path.basename(one).startswith("countersign") for one in programs), programs
    known = set(os.listdir(root / "var/lib/dpkg/status.d"))
    assert {"countersign", "countersign-postgres", "libc6", "libssl3", "libpq5"} <= known
    assert known == set(os.listdir(root / "usr/share/doc")), "each package with its licence"
    assert (root / "etc/ssl/certs/ca-certificates.crt").read_text().count("BEGIN CERTIFICATE") > 100


def test_the_same_packages_make_the_same_image(built, image, tmp_path):
    run(os.path.join(ROOT, "tools/image"), built, tmp_path / "again.tar")
    digests = [hashlib.sha256(pathlib.Path(one).read_bytes()).hexdigest() for one in (image, tmp_path / "again.tar")]
    assert digests[0] == digests[1]


def test_engines_read_its_manifest(image):
    told = json.loads(run("skopeo", "inspect", "--config", f"oci-archive:{image}").stdout)
    assert told["config"]["Volumes"] == {"/data": {}} and told["config"]["StopSignal"] == "SIGTERM"
    assert not told["config"]["User"].startswith(("0", "root"))
    with tarfile.open(image) as archive:
        assert {"oci-layout", "index.json"} <= set(archive.getnames())


def test_it_signs_in_as_any_user_with_one_volume_and_a_root_that_cannot_be_written(container):
    link, port = set_up(container)
    container.start()
    run(*container.inside("countersign", "device", "enrol", link, "--key-file", "/data/phone", "--name", "phone",
                          "--ca", "/data/trial/certificate.pem"))
    assert "signed in" in sign_in(container, port)
    assert container.said().count("level=error") == 0
    compose = yaml.safe_load(pathlib.Path(ROOT, "dist/container/compose.yaml").read_text())
    kind, *check = compose["services"]["server"]["healthcheck"]["test"]
    healthy = run(*container.inside(*[one.replace("/etc/countersign/", "/data/") for one in check])).stdout
    assert kind == "CMD" and "wrong" not in healthy
    status = run(*container.inside("countersign", "-c", "/data/countersign.conf", "audit", "verify")).stdout
    assert "whole" in status


def test_as_process_1_it_drains_at_the_signal_of_an_engine_and_keeps_its_data(container):
    link, port = set_up(container)
    container.start()
    run(*container.inside("countersign", "device", "enrol", link, "--key-file", "/data/phone", "--name", "phone",
                          "--ca", "/data/trial/certificate.pem"))
    began = time.monotonic()
    assert container.kill("TERM") == 0 and time.monotonic() - began < PATIENCE / 2
    assert " drain " in container.said() and " end " in container.said()
    container.start()
    assert "signed in" in sign_in(container, port)


def test_a_second_setup_changes_nothing(container):
    set_up(container)
    said = container.once("countersign", "setup", "--folder", "/data")
    assert "made " not in said


def test_what_is_deployed_names_what_is_in_the_image(bundle):
    root, folder = bundle / "bundle/rootfs", pathlib.Path(ROOT, "dist/container")
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    server = compose["services"]["server"]
    assert server["read_only"] and server["cap_drop"] == ["ALL"] and not server["user"].startswith("0")
    state_set = [one for one in yaml.safe_load_all((folder / "kubernetes.yaml").read_text()) if one["kind"] == "StatefulSet"]
    pod = state_set[0]["spec"]["template"]["spec"]
    for one in pod["containers"] + pod["initContainers"]:
        assert one["securityContext"]["readOnlyRootFilesystem"] and one["image"] == server["image"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(pod["containers"][0])
    for command in (server["command"], pod["containers"][0]["args"], pod["initContainers"][0]["command"]):
        assert [path for path in ("usr/bin", "usr/sbin") if (root / path / command[0]).exists()], command
    done = run(root / "usr/sbin/countersignd", "--check-config", "-c", folder / "countersign.conf", check=False)
    assert not re.search(r"countersign\.conf:\d+:", done.stdout), done.stdout
