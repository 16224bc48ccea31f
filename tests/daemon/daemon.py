#!/usr/bin/env python3
"""agencyd and agencyctl on a real broker, as a person runs them.

    tests/daemon/daemon.py BUILD SCRATCH PORT [CASE...]

A case is a function `it_...` named by what is true; `cluster` gives it data folders of a log of its
own and starts agencyd on them.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "tests/api"), str(ROOT / "tests/lib")]
from cases import Fault, expect  # noqa: E402
from over_api import it_takes_commands_over_the_api  # noqa: E402,F401
from tool import (DAMAGED, DONE, FAILED, REJECTED, USAGE, Tool, make_org,  # noqa: E402
                  rejected)
from wire import wire  # noqa: E402

PARTITIONS = 4


class Daemon:
    """A running agencyd; what it says goes to a file."""

    def __init__(self, program, data, options):
        self.said = pathlib.Path(f"{data}.log")
        with self.said.open("a") as said:
            self.process = subprocess.Popen([program, "--data", str(data), "--election-timeout=1s",
                                             "--status-every=500ms", *options], stderr=said)

    def text(self):
        return self.said.read_text()

    def await_text(self, pattern, count=1, seconds=30):
        """Waits until it has said something that many times."""
        until = time.monotonic() + seconds
        while len(re.findall(pattern, self.text())) < count:
            expect(time.monotonic() < until and self.process.poll() is None,
                   f"agencyd to say '{pattern}' {count} times", self.text()[-1500:])
            time.sleep(0.05)
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=20)


class Cluster:
    """A log of its own, its data folders and processes."""

    count = 0

    def __init__(self, build, scratch, port):
        Cluster.count += 1
        self.build, self.port = build, port
        self.folder = scratch / f"cluster{Cluster.count}"
        self.folder.mkdir()
        prefix = f"case{os.getpid()}-{Cluster.count}"
        self.where = ("--brokers", f"127.0.0.1:{port}", "--prefix", prefix)
        self.daemons = []
        self.first = self.tool("a")
        self.first("log", "create", *self.where, "--partitions", str(PARTITIONS))

    def tool(self, name, org="acme"):
        return Tool(str(self.build / "agencyctl"), self.folder / name, org)

    def join(self, name):
        tool = self.tool(name)
        tool("log", "join", *self.where, "--cluster-key", str(self.first.data / "cluster.key"))
        return tool

    def start(self, tool, *options, serving=True):
        daemon = Daemon(self.build / "agencyd", tool.data, options)
        self.daemons.append(daemon)
        return daemon.await_text("state=leader" if serving else "state=follower", PARTITIONS)

    def broker(self, *words):
        subprocess.run([ROOT / "ops/kafka", *words, "--port", str(self.port), "--dir",
                        self.folder.parent / "broker"], check=True, timeout=120,
                       stdout=subprocess.DEVNULL)

    def close(self):
        for daemon in self.daemons:
            daemon.stop(signal.SIGKILL)
        shutil.rmtree(self.folder)


def await_true(what, question, seconds=20):
    until = time.monotonic() + seconds
    while not question():
        expect(time.monotonic() < until, what, "not so")
        time.sleep(0.2)


def make_small(tool):
    """Org acme of two groups, by one call."""
    key = {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}
    commands = [("createOrg", {"orgId": "acme", "owner": {"subjectId": "root"}, "credential": key,
                               "identity": "root"}),
                ("createGroup", {"groupId": "red"}), ("createGroup", {"groupId": "blue"})]
    lines = [json.dumps({"orgId": "acme", "commandId": f"c{i}", name: wire(name, body)})
             for i, (name, body) in enumerate(commands)]
    tool("submit", "-", stdin="\n".join(lines))


# Commands and questions.

def it_decides_and_answers_as_an_embedded_log(cluster):
    tool = cluster.first
    cluster.start(tool)
    make_org(tool)
    groups = [item["groupId"] for item in tool.json("list", "groups")]
    expect(groups == ["blue", "red"], "two groups", groups)
    ada = ("--principal", "API_KEY:ada")
    tool.submit("AssignRole", roleId="red.member", subjectId="eve", options=ada)
    answer = tool.submit("AssignRole", roleId="blue.member", subjectId="eve", options=ada,
                         code=REJECTED)
    expect(answer["code"] == "PERMISSION_DENIED", "PERMISSION_DENIED", answer)
    expect(tool.json("check", "ada", "AssignRole", "group:red")[0]["allowed"], "ada may")


def it_lists_the_orgs_that_are_here(cluster):
    tool = cluster.first
    cluster.start(tool)
    make_small(tool)
    beta = cluster.tool("a", "beta")
    beta.submit("CreateOrg", orgId="beta", owner={"subjectId": "root"}, identity="root",
                credential={"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"})
    for folder in (tool, cluster.join("b")):  # who serves it, and who only asks
        found = {row["orgId"]: row for row in folder.json("orgs")}
        expect(set(found) == {"acme", "beta"}, "both", found)
        expect(found["acme"]["orgSequence"] == "3", "how far it is", found)


def it_answers_a_repeat_as_before(cluster):
    tool = cluster.first
    cluster.start(tool)
    make_small(tool)
    again = ("--command-id", "once")
    one = tool.submit("CreateGroup", groupId="green", options=again)
    two = tool.submit("CreateGroup", groupId="green", options=again)
    expect(two["repeated"] and not one["repeated"], "a repeat", two)
    expect(one["sequence"] == two["sequence"] and one["token"] == two["token"], one, two)
    other = tool.submit("CreateGroup", groupId="white", options=again, code=REJECTED)
    expect(other["code"] == "INVALID_ARGUMENT", "INVALID_ARGUMENT", other)


def it_makes_dead_letters_above_the_rate_of_rejections(cluster):
    tool = cluster.first
    with (tool.data / "agency.conf").open("a") as conf:
        conf.write("rejections-per-minute = 1\n")
    cluster.start(tool)
    make_org(tool)
    bob = ("--principal", "API_KEY:bob")
    said = tool.json("submit", "-", *bob, stdin=rejected(100), code=REJECTED)
    codes = sorted(answer["code"] for answer in said)
    expect(codes == ["PERMISSION_DENIED"] + ["RESOURCE_EXHAUSTED"] * 99,
           "a decision and 99 dead letters", codes)
    tool.submit("CreateGroup", groupId="green")

    def letters():
        return int(tool.json("status")[0]["processes"][0]["deadLetters"])
    await_true("99 dead letters", lambda: letters() == 99)
    expect("99" in tool("status"), "the count in the table")


def it_reads_its_own_writes_and_the_last_moment(cluster):
    tool = cluster.first
    cluster.start(tool)
    make_small(tool)
    token = tool.submit("CreateGroup", groupId="green")["token"]
    ids = [item["groupId"] for item in tool.json("list", "groups", "--at-least", token)]
    expect("green" in ids, "the group just made", ids)
    ids = [item["groupId"] for item in tool.json("list", "groups", "--as-of", "0 seconds ago")]
    expect("green" in ids, "the group just made, as of now", ids)


def it_refuses_what_another_key_sealed(cluster):
    cluster.start(cluster.first)
    make_small(cluster.first)
    stranger = cluster.tool("stranger")
    stranger.data.mkdir()
    (stranger.data / "cluster.key").write_bytes(b"x" * 32)
    (stranger.data / "cluster.key").chmod(0o600)
    stranger("log", "join", *cluster.where)
    answer = stranger.submit("CreateGroup", groupId="green", code=REJECTED)
    expect(answer["code"] == "UNAUTHENTICATED", "UNAUTHENTICATED", answer)


def it_takes_what_a_key_signs_from_who_has_no_cluster_key(cluster):
    cluster.start(cluster.first)
    make_small(cluster.first)
    guest = cluster.tool("guest")
    said = guest("log", "join", *cluster.where)
    expect("--key FILE" in said, "what it can do without", said)
    pem = str(cluster.folder / "signer.pem")
    public = guest("key", "new", pem).strip()
    key = ("--key", pem)
    stranger = guest.submit("CreateGroup", groupId="green", options=key, code=REJECTED)
    expect(stranger["code"] == "UNAUTHENTICATED", "UNAUTHENTICATED", stranger)
    cluster.first.submit("BindCredential", credentialId="signer", subjectId="root",
                         kind="CREDENTIAL_KIND_ED25519", identity=public,
                         options=("--principal", "API_KEY:root"))
    guest.submit("CreateGroup", groupId="green", options=key)
    line = {"orgId": "acme", "commandId": "more", "createGroup": {"group": {"groupId": "white"}}}
    (cluster.folder / "more.jsonl").write_text(json.dumps(line) + "\n")
    guest("import", *key, str(cluster.folder / "more.jsonl"))
    expect(len(guest.json("list", "groups")) == 4, "four groups")
    said = guest.error("submit", "CreateGroup", '{"groupId":"black"}', code=FAILED)
    expect("--key FILE" in said, "a hint", said)
    hidden = {"credentialId": "card", "subjectId": "root", "kind": "CREDENTIAL_KIND_API_KEY",
              "identity": "card"}
    said = guest.error("submit", "BindCredential", json.dumps(hidden), *key, code=FAILED)
    expect("identityHash" in said, "a hint", said)


def it_says_when_nobody_decides(cluster):
    said = cluster.first.error("submit", "CreateOrg", '{"orgId":"acme"}', "--timeout", "1s",
                               code=FAILED)
    expect("is an agencyd running" in said, "a hint", said)
    said = cluster.first.error("list", "groups", "--as-of", "0 seconds ago", "--timeout", "1s",
                               code=FAILED)
    expect("is an agencyd running" in said, "a hint", said)


def it_makes_the_same_state_in_each_folder(cluster):
    cluster.start(cluster.first)
    other = cluster.join("b")
    cluster.start(other, "--roles=query", serving=False)
    make_small(cluster.first)
    expect(cluster.first.root() == other.root(), "equal roots")
    expect(cluster.first("list", "roles") == other("list", "roles"), "equal lists")
    cold = cluster.join("c")  # no agencyd there: all is folded for the question
    expect(cluster.first("list", "roles") == cold("list", "roles"), "equal lists")


def it_exports_what_was_accepted(cluster):
    cluster.start(cluster.first)
    make_small(cluster.first)
    done = cluster.first("export", "-").splitlines()
    expect(len(done) == 3, "all commands", len(done))


def it_says_what_an_export_lacks(cluster):
    from confluent_kafka import TopicPartition  # who imports this file may be without (ops/python)
    from confluent_kafka.admin import AdminClient
    cluster.start(cluster.first)
    make_small(cluster.first)
    brokers, topic = cluster.where[1], f"{cluster.where[3]}.commands"
    admin = AdminClient({"bootstrap.servers": brokers})
    # As retention does: the first command of each partition that has one.
    dropped = [TopicPartition(topic, i, 1) for i in range(PARTITIONS)]
    for done in admin.delete_records(dropped).values():
        done.exception()
    said = cluster.first.error("export", "-", code=FAILED)
    expect("OUT_OF_RANGE" in said and "log copy" in said, "what to do", said)


# Processes.

def it_stops_cleanly(cluster):
    daemon = cluster.start(cluster.first)
    began = time.monotonic()
    expect(daemon.stop() == 0, "exit code 0")
    expect(time.monotonic() - began < 5, "to stop within 5 s")
    expect("event=stopped" in daemon.text(), "a last word", daemon.text())


def it_stops_cleanly_while_it_waits_for_the_brokers(cluster):
    conf = cluster.first.data / "kafka.conf"
    conf.write_text(conf.read_text().replace(f"127.0.0.1:{cluster.port}", "127.0.0.1:1"))
    daemon = Daemon(cluster.build / "agencyd", cluster.first.data, ())
    daemon.await_text("event=waiting")
    expect(daemon.stop() == 0, "exit code 0")


def it_goes_on_after_a_clean_stop_and_a_kill(cluster):
    tool = cluster.first
    for how in (signal.SIGTERM, signal.SIGKILL):
        daemon = cluster.start(tool)
        if how == signal.SIGTERM:
            make_small(tool)
        tool.submit("CreateGroup", groupId=f"green{int(how)}")
        daemon.stop(how)
        pathlib.Path(daemon.said).unlink()
    cluster.start(tool)
    expect(len(tool.json("list", "groups")) == 4, "four groups")
    tool("verify")


def it_hands_over_to_a_standby(cluster):
    first = cluster.start(cluster.first)
    other = cluster.join("b")
    second = cluster.start(other, "--rank=1", serving=False)
    make_small(cluster.first)
    first.stop(signal.SIGKILL)
    second.await_text("state=leader", PARTITIONS)
    other.submit("CreateGroup", groupId="green")
    expect(len(other.json("list", "groups")) == 3, "three groups")


def it_says_who_holds_the_folder(cluster):
    daemon = cluster.start(cluster.first)
    said = cluster.first.error("rebuild", code=FAILED)
    expect(f"process {daemon.process.pid}" in said, "the process", said)
    second = subprocess.run([cluster.build / "agencyd", "--data", cluster.first.data],
                            capture_output=True, text=True, timeout=20)
    expect(second.returncode == FAILED and str(daemon.process.pid) in second.stderr,
           "a refusal", second.stderr)
    daemon.stop()
    cluster.first("rebuild")


def it_folds_a_store_that_was_deleted(cluster):
    daemon = cluster.start(cluster.first)
    make_small(cluster.first)
    root = cluster.first.root()
    daemon.stop()
    shutil.rmtree(cluster.first.data / "stores")
    daemon.said.unlink()
    cluster.start(cluster.first)
    expect(cluster.first.root() == root, "the same root")


def it_publishes_from_a_process_of_its_own(cluster):
    cluster.start(cluster.first, "--roles=writer")
    cluster.start(cluster.join("b"), "--roles=projector", serving=False)
    make_small(cluster.first)  # each answer came as an outcome


def it_takes_options_from_a_file_and_the_environment(cluster):
    conf = cluster.folder / "agencyd.conf"
    conf.write_text("roles = query\nrank = 7\n")
    os.environ["AGENCYD_CONFIG"] = str(conf)
    try:
        daemon = cluster.start(cluster.first, serving=False)
        expect("roles=query" in daemon.text(), "the file's role", daemon.text())
        daemon.stop()
        conf.write_text("election-timeuot = 1s\n")
        done = subprocess.run([cluster.build / "agencyd"], capture_output=True, text=True)
    finally:
        del os.environ["AGENCYD_CONFIG"]
    expect(done.returncode == USAGE and f"{conf}: line 1: " in done.stderr and
           "did you mean 'election-timeout'" in done.stderr, "the place and the nearest",
           done.stderr)


def it_refuses_wrong_options(cluster):
    for option in ("--roles=writter", "--partitions=9", "--election-timeout=1", "--no-such"):
        done = subprocess.run([cluster.build / "agencyd", "--data", cluster.first.data, option],
                              capture_output=True, text=True, timeout=20)
        expect(done.returncode == USAGE and "expected" in done.stderr, f"a refusal of {option}",
               done.stderr)


# Status.

def it_says_what_it_does_not_know(cluster):
    said = cluster.first("status")
    expect("not known" in said and "nobody" in said, "that nobody was heard", said)
    report = cluster.first.json("status")[0]["partitions"][0]
    expect(not report.get("heard") and not int(report.get("waiting", 0)), "nothing known", report)


def it_shows_why_a_partition_is_not_published(cluster):
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": cluster.where[1]})
    producer.produce(f"{cluster.where[3]}.outcomes", partition=0, value=b"",
                     headers={"agencygrid_checkpoint": b"damaged"})
    expect(producer.flush(20) == 0, "a record delivered")
    cluster.start(cluster.first)

    def told():
        said = cluster.first("status")
        return "partition 00" in said and "are not published: expected a checkpoint" in said
    await_true("the trouble in status", told)


def it_shows_how_long_topics_keep_records(cluster):
    brokers, prefix = cluster.where[1], f"{cluster.where[3]}-kept"
    tool = cluster.tool("kept")
    tool("log", "create", "--brokers", brokers, "--prefix", prefix, "--partitions", "1",
         "--outcomes-retention", "36h", "--events-retention", "30d")
    said = tool("status")
    expect("commands for ever, outcomes for 36h, dead letters for 7d, events for 30d" in said,
           "the times asked for", said)


def it_says_that_nobody_publishes(cluster):
    cluster.start(cluster.first, "--roles=writer")
    await_true("a word on the projector", lambda: "running as projector" in cluster.first("status"))
    cluster.start(cluster.join("b"), "--roles=projector", serving=False)

    def published():
        return all(report["published"] for report in cluster.first.json("status")[0]["partitions"])
    await_true("all published", published)
    expect("running as projector" not in cluster.first("status"), "no word on it")


def it_shows_epochs(cluster):
    cluster.start(cluster.first)
    owner = (cluster.first.data / "process").read_text().split()[0]
    said = cluster.first("log", "--partition", "0")
    expect(f"EPOCH    1 by {owner}, level 1" in said, f"epoch 1 of {owner}", said)
    item = cluster.first.json("log", "--partition", "0")[0]
    expect((item["type"], int(item["epoch"]), item["leader"]) == ("EPOCH", 1, owner), "both", item)


def it_shows_who_serves(cluster):
    daemon = cluster.start(cluster.first)
    other = cluster.join("b")
    cluster.start(other, "--rank=1", serving=False)
    make_small(cluster.first)

    def both():
        return len(other.json("status")[0]["processes"]) == 2
    await_true("two processes", both)
    status = other.json("status")[0]
    owners = {report["leader"] for report in status["partitions"]}
    owner = (cluster.first.data / "process").read_text().split()[0]
    expect(owners == {owner}, f"the owner {owner} of all", owners)
    expect(not any(report["differs"] for report in status["partitions"]), "equal roots", status)
    expect("anybody" in status["decisionsWriters"], "who may write", status["decisionsWriters"])
    expect(owner in other("status"), "the owner in the table")
    daemon.stop()
    await_true("one process", lambda: len(other.json("status")[0]["processes"]) == 1)


def it_says_which_partition_holds_what_is_no_record(cluster):
    from confluent_kafka import Producer
    brokers, prefix = cluster.where[1], cluster.where[3]
    for text in (b"garbage", b"", b"\x00" * 200):
        producer = Producer({"bootstrap.servers": brokers})
        producer.produce(f"{prefix}.decisions", text, partition=2)
        producer.flush()
    done = cluster.first.run("status", "--output", "json")
    reports = json.loads(done.stdout)["partitions"]
    expect(done.returncode == DAMAGED, "damaged", done.returncode)
    expect(["DATA_LOSS" in report["trouble"] for report in reports] ==
           [False, False, True, False], "partition 2 alone", reports)
    expect("partition 02: its decisions end in DATA_LOSS: offset 0" in cluster.first.run(
        "status").stdout, "the partition and the offset", done.stdout)
    daemon = Daemon(cluster.build / "agencyd", cluster.first.data, ())
    cluster.daemons.append(daemon)
    daemon.await_text("state=leader", PARTITIONS - 1)
    said = cluster.first.run("status").stdout
    expect("partition 02" in said and "DATA_LOSS" in said, "both say it", said)


# The broker.

def it_goes_on_after_the_broker_was_away(cluster):
    daemon = cluster.start(cluster.first)
    make_small(cluster.first)
    cluster.broker("stop", "--kill")
    said = cluster.first.error("submit", "CreateGroup", '{"groupId":"green"}', "--timeout", "2s",
                               code=FAILED)
    expect("UNAVAILABLE" in said, "UNAVAILABLE", said)
    time.sleep(2)
    cluster.broker("start")
    expect(daemon.process.poll() is None, "agencyd to live", daemon.text()[-1000:])
    cluster.first.submit("CreateGroup", groupId="white", options=("--timeout", "60s"))
    cluster.first("verify")


def main():
    build, scratch, port = sys.argv[1:4]
    failed, cases = 0, [(name, case) for name, case in globals().items() if name[:3] == "it_" and
                        (len(sys.argv) == 4 or name in sys.argv[4:])]
    for name, case in cases:
        cluster = None
        try:
            cluster = Cluster(pathlib.Path(build).resolve(), pathlib.Path(scratch), int(port))
            case(cluster)
        except (Fault, subprocess.SubprocessError, LookupError, ValueError, OSError) as fault:
            failed += 1
            print(f"FAILED {name}: {fault!r}"[:2000])
        finally:
            if cluster is not None:
                cluster.close()
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
