"""The Kubernetes manifests as `kubectl kustomize` puts them together: what a pod could read, reach and survive."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.docs.pages import _Noting
from deploy.local.addresses import FRONTENDS
from deploy.proxy.settings import of_file
from frontends.kit import settings as frontend_settings
from shared.process.settings import common
from tests.contracts import services

K8S = Path(__file__).parents[2] / "deploy" / "k8s"
SERVICES = sorted(path.name for path in (K8S / "services").iterdir())
WORKLOADS = {"Deployment", "StatefulSet", "Job"}
SECRET_WORDS = re.compile(r"key|secret|certificate|password|token", re.IGNORECASE)


def read(path: Path) -> list[Any]:
    return list(yaml.load_all(path.read_text(), Loader=yaml.CSafeLoader))


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
    context = dict(line.split("=", 1) for line in (K8S / "platform.env").read_text().split() if "=" in line)
    own = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    named = {value for name, value in {**context, **own}.items() if name.endswith("_FILE")}
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
        budgets = [each for name in ("web", "worker") for each in read(K8S / "service" / f"{name}.yaml")]
        served(document, scalers=read(K8S / "service" / "scaling.yaml"), budgets=budgets)


def served(document: Any, *, scalers: list[Any], budgets: list[Any]) -> None:
    """What serves is asked how it is, stands on several machines, and is never taken away whole."""
    pod = document["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    ports = {port["name"] for port in container["ports"]}
    assert all(container[f"{kind}Probe"]["httpGet"]["port"] in ports for kind in ("startup", "readiness", "liveness"))
    part = document["spec"]["template"]["metadata"]["labels"]["part"]
    assert {each["topologyKey"] for each in pod["topologySpreadConstraints"]} == {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    }
    assert all(each["labelSelector"]["matchLabels"] == {"part": part} for each in pod["topologySpreadConstraints"])
    assert "replicas" not in document["spec"], "the autoscaler says how many: applying changes nothing"
    [scaler] = [
        each["spec"]
        for each in scalers
        if each["kind"] == "HorizontalPodAutoscaler"
        and each["spec"]["scaleTargetRef"]["name"] == document["metadata"]["name"]
    ]
    assert scaler["scaleTargetRef"]["kind"] == document["kind"] and scaler["maxReplicas"] > scaler["minReplicas"]
    [budget] = [
        each["spec"]
        for each in budgets
        if each["kind"] == "PodDisruptionBudget" and each["spec"]["selector"]["matchLabels"] == {"part": part}
    ]
    assert scaler["minReplicas"] > budget.get("minAvailable", 0) and budget.get("maxUnavailable", 1) >= 1


def frontend(name: str) -> Any:
    """A frontend's Deployment with what its folder adds to it."""
    [overlay] = read(K8S / "frontends" / name / "kustomization.yaml")
    [made] = kind_of("Deployment", K8S / "frontend" / "web.yaml")
    for patch in overlay["patches"]:
        for operation in yaml.safe_load(patch["patch"]):
            assert operation["op"] == "add"
            added(made, operation["path"], operation["value"])
    return made


def test_every_frontend_is_deployed_with_the_rest() -> None:
    [all_of_it] = read(K8S / "kustomization.yaml")
    assert {f"frontends/{name}" for name in FRONTENDS} <= set(all_of_it["resources"])
    assert {path.name for path in (K8S / "frontends").iterdir()} == set(FRONTENDS)


@pytest.mark.parametrize("name", FRONTENDS)
def test_a_frontend_is_restricted_probed_and_not_taken_away_whole(name: str) -> None:
    document = frontend(name)
    test_pods_are_restricted_and_without_a_token(document["spec"]["template"]["spec"])
    files = [each for path in ("web.yaml", "account.yaml") for each in read(K8S / "frontend" / path)]
    served(document, scalers=files, budgets=files)


@pytest.mark.parametrize("name", FRONTENDS)
def test_a_frontend_starts_with_what_the_manifests_and_its_secret_say(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own reader of settings is asked, as the process would ask it."""
    [container] = frontend(name)["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["frontends.$(FRONTEND)"]
    environment = of_file(K8S / "frontends.env")
    platform = of_file(K8S / "platform.env")
    for each in container["env"]:
        kept = each.get("valueFrom", {}).get("configMapKeyRef", {})
        environment[each["name"]] = platform[kept["key"]] if kept else each["value"]
    templates = {each["metadata"]["name"]: each["stringData"] for each in read(K8S / "secrets" / "frontends.yaml")}
    [secret] = [each["secretRef"]["name"] for each in container["envFrom"] if "secretRef" in each]
    assert templates[secret] == {"MONGODB_URI": ""}
    for variable, text in {**environment, "MONGODB_URI": "mongodb://x"}.items():
        monkeypatch.setenv(variable, text)
    settings = frontend_settings.read(name)
    assert settings.is_secure and settings.trusted_proxies == 1 and environment["FRONTEND"] == name
    assert settings.addresses == {service: f"http://{service}-web" for service in frontend_settings.SERVICES}
    proxy = of_file(K8S / "proxy" / "settings.env")
    assert proxy[f"{name.upper()}_ADDRESS"] == settings.public_url
    assert proxy[f"{name.upper()}_UPSTREAM"] == f"{name}-web:80"
    if name == "portal":
        own = workloads("identity")[0]["spec"]["template"]["spec"]["containers"][0]["env"]
        assert {"name": "PORTAL_URL", "value": settings.public_url} in own


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
        8000: {
            "callers-come-by-the-proxy",
            "frontends-call-the-services",
            "identity-is-asked-for-its-keys",
            "readers-come-by-the-proxy",
        },
        8443: {"the-proxy-is-for-everybody"},
        8080: {"the-proxy-is-for-everybody"},
        9000: {"metrics-are-scraped"},
    }


def test_only_who_must_reaches_the_outside_and_nothing_private() -> None:
    outside = {}
    for name, policy in policies().items():
        for rule in policy.get("egress", []):
            if "to" not in rule or any("ipBlock" in peer for peer in rule["to"]):
                outside[name] = policy["podSelector"]["matchExpressions"][0]["values"]
    assert outside == {
        "claims-asks-registers": ["claims"],
        "payments-calls-banks-and-partners": ["payments"],
        "notifications-sends": ["notifications"],
    }
    [rule] = policies()["payments-calls-banks-and-partners"]["egress"]
    excepted = {cidr for peer in rule["to"] for cidr in peer["ipBlock"].get("except", [])}
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"} <= excepted


def test_everybody_reaches_the_proxy_s_one_port_and_nothing_else() -> None:
    """Webs are reached by it and by each other for identity's keys; operators come from a network of their own."""
    open_to_all = {
        port["port"]
        for policy in policies().values()
        for rule in policy.get("ingress", [])
        if any("ipBlock" in peer for peer in rule["from"])
        for port in rule["ports"]
    }
    assert open_to_all == {8443}
    [webs] = policies()["callers-come-by-the-proxy"]["ingress"]
    assert webs["from"] == [{"podSelector": {"matchLabels": {"part": "proxy"}}}]
    [_, inner] = policies()["the-proxy-is-for-everybody"]["ingress"]
    assert inner["from"] == [{"namespaceSelector": {"matchLabels": {"himaya.network/operations": "true"}}}]
    by_name = {document["metadata"]["name"]: document for document in kind_of("Service", K8S / "proxy" / "proxy.yaml")}
    [port] = by_name["proxy"]["spec"]["ports"]
    assert (port["targetPort"], by_name["proxy"]["spec"]["externalTrafficPolicy"]) == ("https", "Local")
    assert "type" not in by_name["proxy-inner"]["spec"], "of the cluster alone"


def test_proxy_and_backup_reach_no_more_than_they_need() -> None:
    reached = {
        name: {port["port"] for rule in policies()[name]["egress"] for port in rule["ports"]}
        for name in policies()
        if "egress" in policies()[name]
    }
    assert reached["the-proxy-reaches-webs-and-frontends-alone"] == {53, 8000}
    assert reached["frontends-reach-services-and-their-sessions"] == {53, 8000, 27017}
    assert reached["the-backup-reaches-the-database-alone"] == {53, 27017}
    everything = policies()["all-reach-names-engines-and-identity"]["podSelector"]["matchExpressions"]
    assert everything == [{"key": "part", "operator": "In", "values": ["web", "worker", "migrate"]}]


def kind_of(kind: str, *paths: Path) -> list[Any]:
    return [document for path in paths for document in read(path) if document["kind"] == kind]


def own_pods() -> list[Any]:
    [proxy] = kind_of("Deployment", K8S / "proxy" / "proxy.yaml")
    [backup] = kind_of("CronJob", K8S / "backup" / "backup.yaml")
    [restore] = kind_of("Job", K8S / "backup" / "restore.yaml")
    made = {"proxy": proxy, "backup": backup["spec"]["jobTemplate"], "restore": restore}
    return [pytest.param(each["spec"]["template"]["spec"], id=name) for name, each in made.items()]


@pytest.mark.parametrize("pod", own_pods())
def test_proxy_and_backup_read_their_secrets_and_are_restricted_too(pod: Any) -> None:
    test_k1_every_pod_can_read_its_keys_and_nobody_else_can(pod)
    test_pods_are_restricted_and_without_a_token(pod)
    [container] = pod["containers"]
    assert not any("secretRef" in each for each in container.get("envFrom", []))
    writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert "/secrets" not in writable and "/tls" not in writable


def test_the_proxy_finds_what_its_configuration_names() -> None:
    [proxy] = kind_of("Deployment", K8S / "proxy" / "proxy.yaml")
    pod = proxy["spec"]["template"]["spec"]
    [container] = pod["containers"]
    settings = of_file(K8S / "proxy" / "settings.env")
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert settings["PROXY_BIND"] == f"*:{ports['https']}" and settings["PROXY_INNER_BIND"] == f"*:{ports['inner']}"
    tls = {f"/tls/{item['path']}" for item in secret_of(pod)["items"]}
    assert {settings["PROXY_CERTIFICATE_FILE"], settings["PROXY_CERTIFICATE_KEY_FILE"]} == tls
    context = of_file(K8S / "platform.env")
    assert context["TRUSTED_PROXIES"] == "1" and settings["IDENTITY_ADDRESS"] == context["ISSUER"]
    for service in SERVICES:
        assert settings[f"{service.upper()}_UPSTREAM"] == f"{service}-web:80"
        own = workloads(service)[0]["spec"]["template"]["spec"]["containers"][0]["env"]
        for public in (each["value"] for each in own if each["name"] == "PUBLIC_URL"):
            assert settings[f"{service.upper()}_ADDRESS"] == public


@pytest.mark.parametrize("service", SERVICES)
def test_a_secret_s_template_names_every_key_and_no_value(service: str) -> None:
    """What a service must have and no manifest says stands in the template; files as the pods mount them."""
    by_name = {each["metadata"]["name"]: each["stringData"] for each in read(K8S / "secrets" / f"{service}.yaml")}
    assert not any(value for keys in by_name.values() for value in keys.values())
    pod = workloads(service)[0]["spec"]["template"]["spec"]
    assert by_name[f"{service}-files"].keys() == {item["key"] for item in secret_of(pod)["items"]}
    asked = _Noting()
    common(asked, service=service)
    services.load(service).settings(asked)
    required = {name for name, (_, default) in asked.asked.items() if default is ...}
    said = {each["name"] for each in pod["containers"][0]["env"]} | of_file(K8S / "platform.env").keys()
    missing = required - said
    assert missing <= by_name[f"{service}-settings"].keys() <= asked.asked.keys()


def test_no_template_of_a_secret_is_applied_with_the_rest() -> None:
    for kustomization in K8S.rglob("kustomization.yaml"):
        assert not any("secrets" in name for name in read(kustomization)[0].get("resources", []))


def rendered(folder: Path) -> list[Any]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not here; the patches were applied by the tests above")
    made = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    return list(yaml.safe_load_all(made.stdout))


def test_every_image_is_named_by_its_digest() -> None:
    for document in rendered(K8S):
        for image in re.findall(r"'image': '([^']*)'", str(document)):
            assert re.fullmatch(r"[a-z.]+/[a-z-]+@sha256:[0-9a-f]{64}", image)


def test_workers_are_scaled_by_lag_or_by_processor_and_never_by_both() -> None:
    for folder, kind in ((K8S, "HorizontalPodAutoscaler"), (K8S.parent / "k8s-by-lag", "ScaledObject")):
        documents = rendered(folder)
        scaled = [
            each["spec"]["scaleTargetRef"]["name"]
            for each in documents
            if each["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")
        ]
        assert len(scaled) == len(set(scaled)) == 2 * len(SERVICES) + len(FRONTENDS) + 1
        there = {each["metadata"]["name"] for each in documents if each["kind"] in ("Deployment", "StatefulSet")}
        assert set(scaled) == there
        by_kind = {each["spec"]["scaleTargetRef"]["name"] for each in documents if each["kind"] == kind}
        assert {f"{service}-worker" for service in SERVICES} <= by_kind
    context = of_file(K8S / "platform.env")
    for document in rendered(K8S.parent / "k8s-by-lag"):
        if document["kind"] == "ScaledObject":
            service = document["metadata"]["name"].removesuffix("-worker")
            [trigger] = document["spec"]["triggers"]
            assert trigger["metadata"]["consumerGroup"] == f"himaya.{service}"
            assert trigger["metadata"]["bootstrapServers"] == context["KAFKA_BOOTSTRAP_SERVERS"]
            assert document["spec"]["maxReplicaCount"] <= int(context["KAFKA_PARTITIONS"])


def test_kustomize_puts_together_the_same() -> None:
    made = [
        each for each in rendered(K8S) if each["kind"] in WORKLOADS and "service" in each["metadata"].get("labels", {})
    ]
    assert len(made) == len(SERVICES) * len(WORKLOADS)
    for document in made:
        pod = document["spec"]["template"]["spec"]
        service = document["metadata"]["labels"]["service"]
        assert may_read(pod) and pod["serviceAccountName"] == f"{service}-himaya"
        for each in pod.get("topologySpreadConstraints", []):
            assert each["labelSelector"]["matchLabels"]["service"] == service
