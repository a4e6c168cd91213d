# SPDX-License-Identifier: Apache-2.0
"""The DaemonSet and what belongs to it: what it may do, and that it is what Kubernetes takes."""

from __future__ import annotations

import re
from typing import Any

import pytest

import lightexit
from monitoring.dashboard import MONITORING

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")

FILES = sorted((MONITORING / "kubernetes").glob("*.yaml"))


def documents(name: str) -> dict[str, dict[str, Any]]:
    """The objects of a file, by kind."""
    loaded = yaml.safe_load_all((MONITORING / "kubernetes" / name).read_text())
    return {each["kind"]: each for each in loaded}


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    found: dict[str, Any] = documents("daemonset.yaml")["DaemonSet"]["spec"]["template"]["spec"]
    return found


def test_kubernetes_takes_the_objects() -> None:
    """Without a schema of the operator's: PodMonitor is not among Kubernetes's own objects."""
    schemas = pytest.importorskip(
        "kubernetes_validate", reason="kubernetes-validate (22 MB of schemas) is not installed"
    )
    for each in documents("daemonset.yaml").values():
        for version in ("1.29", schemas.latest_version()):
            schemas.validate(each, version, strict=True)


def test_the_container_has_two_capabilities_and_no_way_to_more(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "runAsUser": 0,
        "runAsGroup": 65534,
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], "add": ["BPF", "PERFMON"]},
    }
    assert pod["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["hostPID"] is True
    assert not {"hostNetwork", "hostIPC", "serviceAccountName"} & pod.keys()
    assert pod["automountServiceAccountToken"] is False


def test_nothing_of_the_host_can_be_changed(pod: dict[str, Any]) -> None:
    assert [volume["hostPath"]["path"] for volume in pod["volumes"]] == ["/dev/kvm"]
    assert all(mount["readOnly"] for mount in pod["containers"][0]["volumeMounts"])


def test_it_runs_where_kubevirt_runs_vms_and_within_limits(pod: dict[str, Any]) -> None:
    assert pod["nodeSelector"]["kubevirt.io/schedulable"] == "true"
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert set(pod["containers"][0]["resources"]["limits"]) == {"cpu", "memory"}


def test_one_port_in_all_files(pod: dict[str, Any]) -> None:
    """And one set of labels, by which the objects find the pods."""
    (container,) = pod["containers"]
    (port,) = container["ports"]
    assert container["args"][-1] == f"0.0.0.0:{port['containerPort']}"
    for path in MONITORING.rglob("*"):
        if path.is_file() and path.suffix != ".json":
            named = re.findall(r"(?:0\.0\.0\.0|127\.0\.0\.1):(\d+)|EXPOSE (\d+)", path.read_text())
            assert {a or b for a, b in named} <= {str(port["containerPort"])}
    daemonset, network = (documents("daemonset.yaml")[k] for k in ("DaemonSet", "NetworkPolicy"))
    (monitored,) = documents("podmonitor.yaml")["PodMonitor"]["spec"]["podMetricsEndpoints"]
    assert monitored["port"] == network["spec"]["ingress"][0]["ports"][0]["port"] == port["name"]
    labels = daemonset["spec"]["template"]["metadata"]["labels"]
    assert daemonset["spec"]["selector"]["matchLabels"] == labels
    assert network["spec"]["podSelector"]["matchLabels"] == labels
    monitor = documents("podmonitor.yaml")["PodMonitor"]
    assert monitor["spec"]["selector"]["matchLabels"] == labels
    spaces = {each["metadata"].get("namespace") for each in (daemonset, network, monitor)}
    assert spaces == {documents("daemonset.yaml")["Namespace"]["metadata"]["name"]}


def test_the_image_is_of_this_version(pod: dict[str, Any]) -> None:
    assert pod["containers"][0]["image"].endswith(f"/lightexit:{lightexit.__version__}")
