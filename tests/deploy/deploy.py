#!/usr/bin/env python3
"""The deployment files, as far as they can be judged without running them.

    tests/deploy/deploy.py BUILD

A case is a function `it_...` named by what is true.
"""

import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def documents():
    """All documents of the Kubernetes manifests."""
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        yield from yaml.safe_load_all(file.read_text())


def calls_of(words):
    """The calls of our programs in a container's words; the last may be a shell's text."""
    if words[:2] == ["/bin/sh", "-c"]:
        for line in re.split(r"\n|\|\||&&|;", words[2]):
            line = re.sub(r"^exec ", "", line.strip())
            line = re.sub(r'"?\$\{?\w+(##\*-)?\}?"?', "1", line)
            if line:
                yield shlex.split(line)
    else:
        yield [re.sub(r"\$\(\w+\)", "1", word) for word in words]


def kubernetes_calls():
    for document in documents():
        pod = document.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("initContainers", []) + pod.get("containers", []):
            if container["image"] == "agencygrid":
                yield from calls_of(container["command"] + container["args"])


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def compose_calls():
    for service in compose()["services"].values():
        if service["image"] == "agencygrid":
            yield from calls_of(service.get("entrypoint", ["agencyd"]) + service["command"])


def it_calls_our_programs_rightly(build):
    calls = [*kubernetes_calls(), *compose_calls()]
    assert len(calls) > 8, calls
    for program, *words in calls:
        done = subprocess.run([build / program, *words, "--help"], capture_output=True, text=True,
                              timeout=20)
        assert done.returncode == 0, f"{program} {words}: {done.stderr}"


def it_starts_rightly_under_systemd(build):
    words = re.search(r"^ExecStart=\S*/(.*)$", (DEPLOY / "agencygrid.service").read_text(), re.M)
    program, *options = shlex.split(words[1])
    done = subprocess.run([build / program, *options, "--help"], timeout=20, capture_output=True)
    assert done.returncode == 0, done.stderr


def it_names_only_services_and_volumes_that_are_there(build):
    whole = compose()
    for name, service in whole["services"].items():
        for other in service.get("depends_on", []):
            assert other in whole["services"], f"{name} depends on {other}"
        for volume in service["volumes"]:
            assert volume.split(":")[0] in whole["volumes"], f"{name} has volume {volume}"


def it_mounts_only_volumes_that_are_there(build):
    for document in documents():
        spec = document.get("spec", {})
        pod = spec.get("template", {}).get("spec", {})
        claims = [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])]
        there = claims + [volume["name"] for volume in pod.get("volumes", [])]
        for container in pod.get("initContainers", []) + pod.get("containers", []):
            for mount in container["volumeMounts"]:
                assert mount["name"] in there, f"{container['name']} mounts {mount['name']}"


def it_selects_the_pods_that_it_makes(build):
    for document in documents():
        if document["kind"] == "StatefulSet":
            spec = document["spec"]
            labels = spec["template"]["metadata"]["labels"]
            assert spec["selector"]["matchLabels"] == labels, document["metadata"]


# What agencyd is linked with, and the packages of Debian 12 that have it.
LIBRARIES = {"libcrypto.so.3": "libssl3", "libcurl.so.4": "libcurl4",
             "libevent_core-2.1.so.7": "libevent-core-2.1-7",
             "libevent_openssl-2.1.so.7": "libevent-openssl-2.1-7",
             "libjemalloc.so.2": "libjemalloc2", "libnghttp2.so.14": "libnghttp2-14",
             "libprotobuf-c.so.1": "libprotobuf-c1", "librdkafka.so.1": "librdkafka1",
             "librocksdb.so.7.8": "librocksdb7.8", "libssl.so.3": "libssl3",
             "libz.so.1": "zlib1g", "libzstd.so.1": "libzstd1"}


def it_installs_the_libraries_that_the_programs_need(build):
    said = subprocess.run(["readelf", "--dynamic", build / "agencyd"], capture_output=True,
                          text=True).stdout
    linked = set(re.findall(r"NEEDED.*\[(\S+)\]", said)) - {"libc.so.6", "libm.so.6"}
    assert linked == set(LIBRARIES), linked ^ set(LIBRARIES)
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    for package in LIBRARIES.values():
        assert f" {package} " in dockerfile, package


# ---- systemd ----

UNIT = DEPLOY / "agencygrid.service"
EXPOSURE_MAX = "15"  # tenths; it is 1.4 of 10


def installed(build, folder):
    """The unit, with programs and files where they are here."""
    text = UNIT.read_text().replace("/usr/local/bin/agencyd", str(build / "agencyd"))
    unit = folder / UNIT.name
    unit.write_text(text.replace("User=agency", "User=daemon").replace("Group=agency",
                                                                       "Group=daemon"))
    return unit


def it_is_a_unit_that_systemd_takes(build):
    with tempfile.TemporaryDirectory() as folder:
        unit = installed(build, pathlib.Path(folder))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and UNIT.name not in done.stderr, done.stderr


def it_is_sandboxed(build):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true",
                           f"--threshold={EXPOSURE_MAX}", UNIT],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr


def calls_of_set(name, all_sets):
    """The system calls of a set of systemd's, sets inside of it resolved."""
    calls = set()
    for word in all_sets[name]:
        calls |= calls_of_set(word, all_sets) if word.startswith("@") else {word}
    return calls


def it_calls_only_what_its_sandbox_lets_through(build):
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"],
                          capture_output=True, text=True, timeout=60).stdout
    all_sets = {}
    for part in re.split(r"\n(?=@)", said):
        name, *words = [line.strip() for line in part.splitlines()]
        all_sets[name] = [word for word in words if word and not word.startswith("#")]
    allowed = calls_of_set("@system-service", all_sets) - calls_of_set("@privileged", all_sets)
    made = calls_made(build)
    assert {"openat", "fdatasync", "epoll_wait"} <= made, made
    assert made <= allowed, made - allowed


def calls_made(build):
    """The system calls of an agencyd that starts, answers, decides, is scraped and stops."""
    with tempfile.TemporaryDirectory() as folder:
        data, calls = f"{folder}/data", pathlib.Path(folder) / "calls"
        subprocess.run([build / "agencyctl", "--data", data, "init"], check=True, timeout=60,
                       capture_output=True)
        with subprocess.Popen(
                ["strace", "-D", "-f", "-qq", "-o", calls, build / "agencyd", "--data", data,
                 "--listen", "127.0.0.1:0", "--operations-listen", "127.0.0.1:0", "--anonymous",
                 "admin"],
                stderr=subprocess.PIPE, text=True) as process:
            address = None
            for line in process.stderr:
                serves = re.search(r"event=serving address=(\S+)", line)
                address = serves[1] if serves else address
                if "event=started" in line:
                    break
            ask(f"http://{address}/agency.v1.Commands/Submit", json.dumps({"command": {
                "orgId": "acme", "commandId": "c", "createOrg": {
                    "org": {"orgId": "acme"}, "owner": {"subjectId": "ada"}, "identity": "ada",
                    "credential": {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}}}}))
            ask(f"http://{address}/metrics")
            time.sleep(1.5)  # stores are looked at once a second
            process.terminate()
        return set(re.findall(r"^\d+ +(\w+)\(", calls.read_text(), re.M))


def ask(url, body=None):
    words = ["-H", "content-type: application/json", "-d", body] if body else []
    done = subprocess.run(["curl", "-s", "--fail-with-body", "-m", "20", *words, url],
                          capture_output=True, timeout=30)
    assert done.returncode == 0, (url, done.stdout)


def it_takes_the_sample_of_a_configuration(build):
    text = (DEPLOY / "agencyd.conf").read_text()
    commented = re.sub(r"^# (\S+ = )", r"\1", text, flags=re.M)
    for number, conf in enumerate((text, commented)):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(conf)
            file.flush()
            done = subprocess.run([build / "agencyd", "--config", file.name, "--data", "/none"],
                                  capture_output=True, text=True, timeout=20)
            assert done.returncode != 2 and "/none" in done.stderr, (number, done.stderr)


# ---- Prometheus and Grafana ----

def expressions():
    """(where, PromQL) of the dashboard and of the rules."""
    for panel in json.loads((DEPLOY / "grafana/dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    rules = yaml.safe_load((DEPLOY / "prometheus/rules.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        yield rule["alert"], rule["expr"]


def it_asks_only_for_metrics_that_there_are(build):
    text = (ROOT / "docs/operations.md").read_text()  # which suite operations holds to be whole
    there = set(re.findall(r"`(agencygrid_\w+)`", text))
    for where, expression in expressions():
        for name in re.findall(r"\bagencygrid_\w+", expression):
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert family in there, f"{where}: {name}"


def it_asks_in_promql(build):
    rules = [{"record": "x", "expr": re.sub(r"\$__rate_interval", "5m", expression)}
             for _, expression in expressions()]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        json.dump({"groups": [{"name": "all", "rules": [
            {**rule, "record": f"x:{number}"} for number, rule in enumerate(rules)]}]}, file)
        file.flush()
        promtool("check", "rules", file.name)


def it_wakes_when_it_should(build):
    promtool("check", "config", "prometheus.yml")
    promtool("test", "rules", "rules_test.yml")
    text = (ROOT / "docs/operations.md").read_text()
    for alert, _ in expressions():
        assert not alert.startswith("AgencyGrid") or f"| {alert} |" in text, alert


def promtool(*words):
    done = subprocess.run(["promtool", *words], cwd=DEPLOY / "prometheus", capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    failed, cases = 0, [(name, case) for name, case in globals().items() if name[:3] == "it_"]
    for name, case in cases:
        try:
            case(build)
        except (AssertionError, LookupError, OSError, subprocess.SubprocessError) as fault:
            failed += 1
            print(f"FAILED {name}: {fault!r}"[:1000])
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
