#!/usr/bin/env python3
"""The deployment files, as far as they can be judged without running them.

    tests/deploy/deploy.py BUILD

A case is a function `it_...` named by what is true.
"""

import pathlib
import re
import shlex
import subprocess
import sys

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


def it_installs_the_libraries_that_the_programs_need(build):
    """The packages of the image own every library that agencyd is linked with."""
    said = subprocess.run(["ldd", build / "agencyd"], capture_output=True, text=True).stdout
    libraries = r"^\s*(lib(?:jemalloc|protobuf-c|rdkafka|rocksdb|crypto|zstd|bsd)\.so\S*) =>"
    linked = set(re.findall(libraries, said, re.M))
    names = {"libjemalloc.so.2": "libjemalloc2",
             "libprotobuf-c.so.1": "libprotobuf-c1", "librdkafka.so.1": "librdkafka1",
             "librocksdb.so.7.8": "librocksdb7.8", "libcrypto.so.3": "libssl3",
             "libzstd.so.1": "libzstd1"}
    assert linked == set(names), linked
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    for package in names.values():
        assert f" {package} " in dockerfile, package


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
