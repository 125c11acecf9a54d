"""The Kubernetes manifests as `kubectl kustomize` puts them together: what a pod could read, reach and survive."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
SERVICES = sorted(path.name for path in (K8S / "services").iterdir())
WORKLOADS = {"Deployment", "StatefulSet", "Job"}
SECRET_WORDS = re.compile(r"key|secret|certificate|password|token", re.IGNORECASE)


def read(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))


def added(document: Any, path: str, value: Any) -> None:
    """One `add` of a JSON patch, which is all that the manifests use."""
    *way, last = path.strip("/").split("/")
    for step in way:
        document = document[int(step) if step.isdigit() else step]
    if last == "-":
        document.append(value)
    else:
        document[last] = value


def workloads(service: str) -> list[Any]:
    """The service's workloads with what its folder adds to them."""
    [overlay] = read(K8S / "services" / service / "kustomization.yaml")
    [base] = read(K8S / "service" / "kustomization.yaml")
    found = [document for name in base["resources"] for document in read(K8S / "service" / name)]
    made = [document for document in found if document["kind"] in WORKLOADS]
    for patch in overlay["patches"]:
        for document in made:
            if re.fullmatch(patch["target"]["kind"], document["kind"]):
                for operation in yaml.safe_load(patch["patch"]):
                    assert operation["op"] == "add"
                    added(document, operation["path"], operation["value"])
    return made


def pods() -> list[Any]:
    return [
        pytest.param(document["spec"]["template"]["spec"], id=f"{service} {document['kind']}")
        for service in SERVICES
        for document in workloads(service)
    ]


def secret_of(pod: Any) -> Any:
    [volume] = [volume for volume in pod["volumes"] if volume["name"] == "secrets"]
    return volume["secret"]


def may_read(pod: Any) -> bool:
    """Whether the pod's user may read files of a Secret: they are root's, and of the group that `fsGroup` names."""
    security, mode = pod["securityContext"], secret_of(pod)["defaultMode"]
    group = security.get("fsGroup", 0)
    groups = {security.get("runAsGroup", 0), group} if "fsGroup" in security else {security.get("runAsGroup", 0)}
    if security["runAsUser"] == 0:
        return bool(mode & 0o400)
    return bool(mode & 0o040 and group in groups and "fsGroup" in security) or bool(mode & 0o004)


@pytest.mark.parametrize("pod", pods())
def test_k1_every_pod_can_read_its_keys_and_nobody_else_can(pod: Any) -> None:
    assert may_read(pod)
    assert not secret_of(pod)["defaultMode"] & 0o007
    without = {**pod, "securityContext": {"runAsUser": pod["securityContext"]["runAsUser"]}}
    assert not may_read(without), "and without a group it could not"


@pytest.mark.parametrize("pod", pods())
def test_k2_what_is_mounted_as_files_never_becomes_variables(pod: Any) -> None:
    [container] = pod["containers"]
    of_variables = {each["secretRef"]["name"] for each in container["envFrom"] if "secretRef" in each}
    mounted = secret_of(pod)
    assert of_variables and mounted["secretName"] not in of_variables
    assert mounted["items"], "file by file: what is added to the Secret later is not mounted by itself"


@pytest.mark.parametrize("pod", pods())
def test_k2_every_file_that_a_setting_names_is_mounted(pod: Any) -> None:
    [container] = pod["containers"]
    [mount] = [mount for mount in container["volumeMounts"] if mount["name"] == "secrets"]
    assert mount["readOnly"] is True
    there = {f"{mount['mountPath']}/{item['path']}" for item in secret_of(pod)["items"]}
    platform = dict(line.split("=", 1) for line in (K8S / "platform.env").read_text().split() if "=" in line)
    own = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    named = {value for name, value in {**platform, **own}.items() if name.endswith("_FILE")}
    assert named == there


def test_k2_no_value_that_is_secret_stands_in_a_manifest() -> None:
    for service in SERVICES:
        for document in workloads(service):
            for each in document["spec"]["template"]["spec"]["containers"][0]["env"]:
                is_public = each["name"].endswith(("_FILE", "_URL")) or not SECRET_WORDS.search(each["name"])
                assert is_public, f"{service}: {each['name']}"


@pytest.mark.parametrize("pod", pods())
def test_pods_are_restricted_and_without_a_token(pod: Any) -> None:
    """What Pod Security's `restricted` asks, and no account that may ask the cluster anything."""
    assert pod["automountServiceAccountToken"] is False and pod["serviceAccountName"] != "default"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        own = container["securityContext"]
        assert own["allowPrivilegeEscalation"] is False and own["readOnlyRootFilesystem"] is True
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_the_namespace_asks_for_it() -> None:
    [namespace] = read(K8S / "namespace.yaml")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("service", SERVICES)
def test_g8_each_service_is_migrated_by_a_job_with_the_settings_of_its_processes(service: str) -> None:
    by_kind: Mapping[str, Any] = {document["kind"]: document for document in workloads(service)}
    [job] = by_kind["Job"]["spec"]["template"]["spec"]["containers"]
    [worker] = by_kind["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    assert job["args"] == ["services.$(SERVICE)", "migrate"]
    assert job["envFrom"] == worker["envFrom"] and job["env"] == worker["env"]
    assert by_kind["Job"]["spec"]["backoffLimit"] and by_kind["Job"]["spec"]["activeDeadlineSeconds"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_serves_starts_slowly_spreads_and_is_not_taken_away_whole(service: str) -> None:
    for document in workloads(service):
        if document["kind"] == "Job":
            continue
        pod = document["spec"]["template"]["spec"]
        [container] = pod["containers"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        ports = {port["name"] for port in container["ports"]}
        assert all(
            container[f"{kind}Probe"]["httpGet"]["port"] in ports for kind in ("startup", "readiness", "liveness")
        )
        part = document["spec"]["template"]["metadata"]["labels"]["part"]
        assert {each["topologyKey"] for each in pod["topologySpreadConstraints"]} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }
        assert all(each["labelSelector"]["matchLabels"] == {"part": part} for each in pod["topologySpreadConstraints"])
        budgets = [each for name in ("web", "worker") for each in read(K8S / "service" / f"{name}.yaml")]
        [budget] = [
            each["spec"]
            for each in budgets
            if each["kind"] == "PodDisruptionBudget" and each["spec"]["selector"]["matchLabels"] == {"part": part}
        ]
        assert document["spec"]["replicas"] > budget.get("minAvailable", 0) and budget.get("maxUnavailable", 1) >= 1


def policies() -> dict[str, Any]:
    return {policy["metadata"]["name"]: policy["spec"] for policy in read(K8S / "network.yaml")}


def test_nobody_calls_anybody_except_as_said() -> None:
    found = policies()
    assert found["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, policy in found.items():
        for rule in policy.get("ingress", []):
            assert rule["from"] and rule["ports"], f"{name} lets everybody in"


def test_metrics_are_for_the_collector_alone_and_the_web_for_the_proxy_and_identity_s_readers() -> None:
    by_port: dict[int, set[str]] = {}
    for name, policy in policies().items():
        for rule in policy.get("ingress", []):
            for port in rule["ports"]:
                by_port.setdefault(port["port"], set()).add(name)
    assert by_port == {
        8000: {"callers-come-by-the-proxy", "identity-is-asked-for-its-keys"},
        9000: {"metrics-are-scraped"},
    }


def test_only_payments_and_notifications_reach_the_outside_and_payments_nothing_private() -> None:
    outside = {}
    for name, policy in policies().items():
        for rule in policy.get("egress", []):
            if "to" not in rule or any("ipBlock" in peer for peer in rule["to"]):
                outside[name] = policy["podSelector"]["matchExpressions"][0]["values"]
    assert outside == {"payments-calls-banks-and-partners": ["payments"], "notifications-sends": ["notifications"]}
    [rule] = policies()["payments-calls-banks-and-partners"]["egress"]
    excepted = {cidr for peer in rule["to"] for cidr in peer["ipBlock"].get("except", [])}
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"} <= excepted


def test_kustomize_puts_together_the_same() -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not here; the patches were applied by the tests above")
    made = subprocess.run([kubectl, "kustomize", str(K8S)], capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    rendered = [document for document in yaml.safe_load_all(made.stdout) if document["kind"] in WORKLOADS]
    assert len(rendered) == len(SERVICES) * len(WORKLOADS)
    for document in rendered:
        pod = document["spec"]["template"]["spec"]
        service = document["metadata"]["labels"]["service"]
        assert may_read(pod) and pod["serviceAccountName"] == f"{service}-himaya"
        for each in pod.get("topologySpreadConstraints", []):
            assert each["labelSelector"]["matchLabels"]["service"] == service
