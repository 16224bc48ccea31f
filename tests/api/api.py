#!/usr/bin/env python3
"""agencyd on an embedded log, as clients of its API see it.

    tests/api/api.py BUILD SCRATCH
"""

import base64
import json
import os
import pathlib
import stat
import struct
import subprocess
import sys
import time

from server import Server

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cases import expect, run_case, totals  # noqa: E402


def group(name):
    return {"createGroup": {"group": {"groupId": name, "name": name}}}


def has(answer, status, **fields):
    found = answer.json()
    expect(answer.status == status, f"HTTP {status}", (answer.status, found))
    for name, value in fields.items():
        expect(found.get(name) == value, f"{name} to be {value}", found)
    return found


def a_command_is_answered_with_its_decision(server):
    done = has(server.submit({"commandId": "g1", **group("g1")}), 200, commandId="g1", code="OK",
               events=1)
    expect(done["token"] and int(done["sequence"]) > 0, "a token and a sequence", done)
    again = has(server.submit({"commandId": "g1", **group("g1")}), 200, repeated=True)
    expect(again["token"] == done["token"], "the answer of the first time", again)


def a_refusal_is_the_status_of_the_call(server):
    again = server.submit({"commandId": "g1", **group("other")})
    has(again, 400, code="invalid_argument")
    found = has(server.submit({"commandId": "g-2", **group("g1")}), 409, code="already_exists")
    detail = found["details"][0]
    expect(detail["type"] == "agency.v1.SubmitResponse", "the answer as a detail", detail)
    expect(b"g-2" in base64.b64decode(detail["value"] + "=="), "its command_id", detail)


def the_idempotency_key_is_the_command_id(server):
    first = server.submit(group("g3"), idempotency_key="key-3")
    has(first, 200, commandId="key-3")
    has(server.submit(group("g3"), idempotency_key="key-3"), 200, repeated=True)


def a_batch_answers_each(server):
    requests = [{"command": {"orgId": "acme", "commandId": "b1", **group("b1")}}, {},
                {"command": {"orgId": "none", "commandId": "b2", **group("b2")}}]
    answer = server.call("Commands/SubmitBatch", {"requests": requests})
    codes = [one["code"] for one in has(answer, 200)["responses"]]
    expect(codes == ["OK", "INVALID_ARGUMENT", "NOT_FOUND"], "an answer for each", codes)
    has(server.call("Commands/SubmitBatch", {}), 400, code="invalid_argument")


def the_socket_is_its_owners(server):
    mode = os.stat(server.data / "api.sock").st_mode
    expect(stat.S_ISSOCK(mode) and mode & 0o077 == 0, "a socket of its owner alone", oct(mode))
    by = server.socket()
    has(server.call("Admin/GetProcessStatus", {}, by), 200, pid=server.process.pid)
    by_ada = {"agencygrid_principal": "API_KEY:ada"}
    has(server.call("Admin/GetProcessStatus", {}, by, **by_ada), 403, code="permission_denied")
    has(server.submit({"commandId": "s1", **group("s1")}, by, **by_ada), 200, code="OK")
    by.close()


def status_says_how_far_each_partition_is(server):
    done = has(server.submit({"commandId": "st1", **group("st1")}), 200)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = has(server.call("Admin/GetProcessStatus", {}), 200, roles=["writer", "query"])
        reached = max(int(one.get("sequence", 0)) for one in found["partitions"])
        if reached >= int(done["sequence"]):
            break
        time.sleep(0.1)
    states = {one["state"] for one in found["partitions"]}
    expect(reached >= int(done["sequence"]) and len(found["partitions"]) == 16 and
           states == {"PARTITION_STATE_LEADER"}, "all partitions, as far as they are", found)
    expect(int(found.get("decided", 0)) > 0, "how many it has decided", found)


def agencyctl_asks_over_the_server(server):
    def run(*words, by=("--server", f"http://127.0.0.1:{server.port}")):
        done = subprocess.run([server.build / "agencyctl", *by, "--org", "acme", *words],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    for by in ({}, {"by": ("--data", server.data)}):
        code, said = run("status", **by)
        expect(code == 0 and "16 of 16" in said and "LEADER" not in said, "how it is", said)
        code, said = run("status", "--all", **by)
        expect(code == 0 and said.count("LEADER") == 16, "each partition", said)
        code, said = run("status", "--output", "json", **by)
        process = json.loads(said)["processes"][0]
        expect(process["pid"] == server.process.pid, "which one", said)
        leaders = {partition["leader"] for partition in process["partitions"]}
        expect(leaders == {process["processId"]} and leaders != {"0" * 16}, "it to lead", said)
        code, said = run("costly", **by)
        expect(code == 0 and "look-ups" in said and "as of decision" in said, "none", said)
    for words, why in ((("export", "-"), "only the log has the commands"),
                       (("verify",), "it reads the log itself"), (("init",), "it asks no org")):
        code, said = run(*words)
        expect(code == 2 and "expected no --server" in said and why in said, f"no {words}", said)


def a_method_without_a_row_is_refused(server):
    answer = server.call("Commands/Nothing", {})
    expect(answer.status == 404, "no such method", answer.status)


def addresses_of_others_are_refused(server):
    said = server.refuses("--listen", "0.0.0.0:0")
    expect("expected" in said and "0.0.0.0" in said, "why it does not listen there", said)
    said = server.refuses("--listen", "localhost:80")
    expect("IP:PORT" in said, "the form of an address", said)
    said = server.refuses("--anonymous", "nobody")
    expect("operator" in said, "who is an operator", said)


def a_stop_ends_streams_and_is_soon(server):
    """The last: an open stream would go on for ever."""
    stream = server.stream("Watch/Watch", {"orgId": "acme"})
    server.submit({"commandId": "w1", **group("w1")})
    while b'"w1"' not in stream.read(struct.unpack(">BI", stream.read(5))[1]):
        pass  # until the decision comes
    began = time.monotonic()
    expect(server.stop() == 0, "exit code 0", "another")
    expect(time.monotonic() - began < 4, "a stop within 4 s", time.monotonic() - began)
    expect(b"unavailable" in stream.read(), "that the stream says so", "another end")
    expect(not (server.data / "api.sock").exists(), "no socket left behind", "one")


CASES = (a_command_is_answered_with_its_decision, a_refusal_is_the_status_of_the_call,
         the_idempotency_key_is_the_command_id, a_batch_answers_each, the_socket_is_its_owners,
         status_says_how_far_each_partition_is, agencyctl_asks_over_the_server,
         a_method_without_a_row_is_refused)


def main():
    build, scratch = sys.argv[1:]
    server = Server(build, pathlib.Path(scratch) / "data")
    server.ctl("init")
    server.make_org()
    passed = [run_case("addresses", addresses_of_others_are_refused, server)]
    server.start("--anonymous", "admin")
    passed += [run_case(case.__name__, case, server) for case in CASES]
    passed.append(run_case("stop", a_stop_ends_streams_and_is_soon, server))
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
