#!/usr/bin/env python3
"""Profiles and personal ids on Kafka: in no topic, and gone wherever a process has the keyring.

    tests/erasure/kafka.py BUILD SCRATCH PORT
"""

import json
import pathlib
import re
import sys
import time

from cases import expect, run_case, totals
from daemon import Cluster, Daemon
from finder import Markers, files_of, memory_of
from server import Server, ask
from world import live_slots

KEY = {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}
OPTIONS = ("--listen=127.0.0.1:0", "--anonymous=admin", "--log-level=debug", "--cache=8MiB")


class Log:
    """Folders a and b of one log share a keyring, c has none; topics in `broker` are uncompressed.
    """

    def __init__(self, build, scratch, port):
        scratch = pathlib.Path(scratch)
        self.broker, self.made = scratch / "broker", scratch / "made-of-kafka"
        self.made.mkdir()
        self.markers, self.control = Markers(17), Markers(18)
        self.cluster = Cluster(pathlib.Path(build).resolve(), scratch, port)
        self.tools = {"a": self.cluster.first, "b": self.cluster.join("b"),
                      "c": self.cluster.join("c")}
        (self.tools["b"].data / "keyring").symlink_to(self.tools["a"].data / "keyring")
        for tool in self.tools.values():
            with (tool.data / "kafka.conf").open("a") as conf:
                conf.write("property.compression.codec = none\n")
        self.daemons, self.starts, self.told = {}, {}, []
        for name in self.tools:
            self.start(name)

    def start(self, name):
        self.starts[name] = self.starts.get(name, 0) + 1
        daemon = Daemon(self.cluster.build / "agencyd", self.tools[name].data,
                        (*OPTIONS, f"--rank={list(self.tools).index(name)}"))
        self.daemons[name] = daemon.await_text("event=started", self.starts[name])
        daemon.port = int(re.findall(r"event=serving address=127.0.0.1:(\d+)",
                                     daemon.text())[-1])

    def rest(self, name, verb, path, body=None, keep=True):
        server = Server(self.cluster.build, self.tools[name].data)
        server.port = self.daemons[name].port
        connection = server.connect()
        answer = ask(connection, verb, f"/v1/orgs{path}", body, agencygrid_final="false")
        connection.close()
        if keep:
            self.told.append((name, answer.text))
        return answer

    def until(self, what, question, seconds=20):
        end = time.monotonic() + seconds
        while not question():
            expect(time.monotonic() < end, what, "not so")
            time.sleep(0.1)

    def nowhere(self):
        time.sleep(0.5)
        for places in (files_of(self.broker, self.cluster.folder, self.made), iter(self.told),
                       *(memory_of(daemon.process) for daemon in self.daemons.values())):
            for name, data in places:
                found = self.markers.find(data)
                expect(found is None, f"no marker in {name}", found)


def about(log, name):
    return {"subjectId": name, "name": f"{log.control.common} {name}",
            "profile": {"data": {"mail": log.markers.new(name)}},
            "externalIds": [{"system": "hr", "value": log.markers.new(f"{name}-id"),
                             "personal": True}]}


def made(log, name, at="a"):
    answer = log.rest(at, "POST", "/acme/subjects", about(log, name))
    expect(answer.status == 200, "an accepted command", answer.text)


def shown(log, at, name):
    answer = log.rest(at, "GET", f"/acme/subjects/{name}", keep=False)
    return answer.json().get("profile", {}) if answer.status == 200 else {}


def profiles_are_taken_by_every_process_that_has_the_keyring(log):
    owner = {"subjectId": "ada", "profile": {"data": {"mail": log.markers.new("ada")}}}
    log.tools["a"].submit("CreateOrg", orgId="acme", owner=owner, credential=KEY, identity="ada")
    made(log, "one")
    made(log, "two", "b")
    log.tools["a"].submit("RegisterSubject", **about(log, "three"))
    answer = log.rest("c", "POST", "/acme/subjects", about(log, "four"))
    expect(answer.status == 400 and b"keyring" in answer.text, "none without a keyring",
           answer.text)


def they_are_shown_by_every_process_that_has_it(log):
    for at in "ab":
        for name in ("ada", "one", "two", "three"):
            log.until(f"{name} in clear by {at}",
                      lambda: log.markers.common in json.dumps(shown(log, at, name)))
    log.until("three by c", lambda: shown(log, "c", "three").get("sealed"))
    expect("data" not in shown(log, "c", "three"), "sealed where there is no keyring")


def no_topic_has_them(log):
    log.nowhere()
    found = [path for path, data in files_of(log.broker) if log.control.find(data)]
    topics = {re.search(r"\.([a-z-]+)-\d+$", path.parent.name)[1] for path in found
              if path.suffix == ".log" and re.search(r"\.[a-z-]+-\d+$", path.parent.name)}
    expect({"commands", "decisions", "events"} <= topics, "a name in clear in each of them",
           topics or [path.parent.name for path, _ in files_of(log.broker)])


def subjects_are_erased_in_every_process(log):
    expect(live(log) == 4, "four keys", live(log))
    for at, name in (("a", "one"), ("c", "two")):
        answer = log.rest(at, "POST", f"/acme/subjects/{name}:erase", {})
        expect(answer.status == 200, "erased", answer.text)
        for where in "abc":
            log.until(f"{name} erased by {where}", lambda: shown(log, where, name).get("erased"))
    log.until("two keys", lambda: live(log) == 2)  # c has none to destroy: a and b follow
    for name in ("one", "two"):
        for at in "abc":
            log.rest(at, "GET", f"/acme/subjects/{name}?as_of=%234")


def live(log):
    return len(live_slots(log.tools["a"].data / "keyring"))


def an_org_is_erased_though_its_process_dies(log):
    for name in "ab":
        log.daemons[name].stop(9)
    log.until("c to lead", lambda: log.daemons["c"].text().count("state=leader") >= 4)
    answer = log.rest("c", "POST", "/acme:erase", {})
    expect(answer.status == 200 and live(log) == 2, "erased, and nobody there with the keys",
           (answer.text, live(log)))
    for name in "ab":
        log.start(name)
    log.until("no key any more", lambda: live(log) == 0)
    for at in "abc":
        log.until("ada erased", lambda: shown(log, at, "ada").get("erased"))
        log.rest(at, "GET", "/acme/subjects")
    log.nowhere()


def a_copy_has_no_key(log):
    for daemon in log.daemons.values():
        expect(daemon.stop() == 0, "a clean end", daemon.text()[-500:])
    tool = log.tools["a"]
    roots = re.findall(r"root \w{64}", tool("verify"))
    tool("log", "copy", str(log.made / "copy"))
    copy = log.cluster.tool("a")
    copy.command[2] = str(log.made / "copy")
    expect(re.findall(r"root \w{64}", copy("verify")) == roots, "the same roots")
    expect(not (log.made / "copy" / "keyring").exists(), "no keyring")
    log.daemons = {}
    log.nowhere()


CASES = (profiles_are_taken_by_every_process_that_has_the_keyring,
         they_are_shown_by_every_process_that_has_it, no_topic_has_them,
         subjects_are_erased_in_every_process, an_org_is_erased_though_its_process_dies,
         a_copy_has_no_key)


def main():
    log = Log(*sys.argv[1:])
    try:
        passed = [run_case(case.__name__, case, log) for case in CASES]
    finally:
        for daemon in log.daemons.values():
            daemon.stop(9)
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
