# SPDX-License-Identifier: Apache-2.0
"""What is deployed by the examples of dist/container, as the programs that read them understand it. No cluster and no engine
runs here: kubectl reads the manifest into its own types, docker-compose holds the file against its schema."""

import json
import os
import pathlib
import shutil

import pytest
import yaml

from machine import ROOT, WORK, run

FOLDER = pathlib.Path(ROOT, "dist/container")


@pytest.fixture(scope="session", name="kubectl")
def fixture_kubectl():
    """The machine's own, or Debian's, unpacked beside: as a package it refuses to be where another one is."""
    found = shutil.which("kubectl")
    if found:
        return found
    folder = pathlib.Path(WORK, "kubernetes-client")
    if not (folder / "usr/bin/kubectl").exists():
        folder.mkdir(parents=True, exist_ok=True)
        run("apt-get", "update", "-qq")
        run("apt-get", "download", "kubernetes-client", cwd=folder)
        (package,) = folder.glob("*.deb")
        run("dpkg-deb", "-x", package, folder)
    return str(folder / "usr/bin/kubectl")


def understood(kubectl, document, tmp_path):
    """A document of the manifest, as kubectl writes its own types: what it does not know is missing."""
    path = tmp_path / "document.yaml"
    path.write_text(yaml.safe_dump(document))
    what, change = ("env", "CHECKED=yes") if "template" in document["spec"] else ("selector", "app=countersign")
    return json.loads(run(kubectl, "set", what, "-f", path, "--local", change, "-o", "json").stdout)


def lost(said, got, at=""):
    """The paths of what was said and did not come back."""
    if isinstance(said, dict):
        gone = [f"{at}/{key}" for key in said if key not in got]
        return gone + [one for key in said if key in got for one in lost(said[key], got[key], f"{at}/{key}")]
    if isinstance(said, list) and len(said) == len(got):
        return [one for i, each in enumerate(said) for one in lost(each, got[i], f"{at}/{i}")]
    return [] if said == got else [f"{at}: {got}"]


def test_the_manifest_has_no_field_that_a_cluster_does_not_know(kubectl, tmp_path):
    documents = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()))
    assert [one["kind"] for one in documents] == ["Service", "StatefulSet"]
    for document in documents:
        assert lost(document, understood(kubectl, document, tmp_path)) == []
    container = documents[1]["spec"]["template"]["spec"]["containers"][0]
    container["readinessProb"] = container.pop("readinessProbe")
    assert lost(documents[1], understood(kubectl, documents[1], tmp_path)) == ["/spec/template/spec/containers/0/readinessProb"]


def test_each_probe_asks_what_it_is_for(kubectl, tmp_path):
    service, pods = [understood(kubectl, one, tmp_path) for one in yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text())]
    spec = pods["spec"]["template"]["spec"]
    server = spec["containers"][0]
    ports = {one["name"] for one in server["ports"]}
    assert service["spec"]["ports"][0]["targetPort"] in ports
    for probe, path in (("startupProbe", "/healthz"), ("readinessProbe", "/readyz")):
        asked = server[probe]["httpGet"]
        assert asked["path"] == path and asked["scheme"] == "HTTPS" and asked["port"] in ports
    assert server["livenessProbe"]["tcpSocket"]["port"] in ports
    mounted = {one["name"] for one in server["volumeMounts"]}
    claims = {one["metadata"]["name"] for one in pods["spec"]["volumeClaimTemplates"]}
    assert mounted == claims | {one["name"] for one in spec["volumes"]}
    assert service["spec"]["selector"] == pods["spec"]["selector"]["matchLabels"] == {
        key: pods["spec"]["template"]["metadata"]["labels"][key] for key in service["spec"]["selector"]}


def composed(tmp_path, text):
    """The status of docker-compose 1.29, whose schema is older than the project's name in the file."""
    (tmp_path / "compose.yaml").write_text("\n".join(line for line in text.splitlines() if not line.startswith("name:")))
    (tmp_path / "database-password").touch()
    return run("docker-compose", "-f", tmp_path / "compose.yaml", "config", "-q", check=False, env={"PATH": os.environ["PATH"]})


def test_the_compose_file_is_what_its_schema_allows(tmp_path):
    text = (FOLDER / "compose.yaml").read_text()
    done = composed(tmp_path, text)
    assert done.returncode == 0, done.stdout
    assert composed(tmp_path, text.replace("retries: 24", "retrys: 24")).returncode != 0
    services = yaml.safe_load(text)["services"]
    assert all("healthcheck" in one for one in services.values())
    assert services["server"]["depends_on"] == {"database": {"condition": "service_healthy"}}
