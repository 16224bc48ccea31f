#!/usr/bin/env python3
"""What agencyd says to those who run it: metrics, traces, logs, whether it is ready.

    tests/operations/operations.py BUILD SCRATCH [OTELCOL]
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as plain_families

from collectors import Collector, Receiver

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "api"), str(TESTS / "lib")]
from cases import Fault, expect, run_case, totals  # noqa: E402
from server import Server, ask  # noqa: E402

ROOT = TESTS.parent
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
FOLDED = 100000  # decisions; enough to see how they are folded
SECRET = "a-secret-that-nobody-logs"
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = f"00-{TRACE}-{CALLER}-01"


def get(server, path, **headers):
    connection = server.connect()
    answer = ask(connection, "GET", path, **headers)
    connection.close()
    return answer


def metrics(server):
    """Samples by name and labels."""
    text = get(server, "/metrics").text.decode()
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in plain_families(text) for sample in family.samples}


def value(server, name, **labels):
    return metrics(server).get((name, *sorted(labels.items())), 0)


def wait_for(what, truth, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if truth():
            return
        time.sleep(0.05)
    raise Fault(f"expected {what} within {seconds} s")


def make_group(server, name, **headers):
    made = {"group": {"groupId": name, "name": name}}
    return server.submit({"commandId": name, "createGroup": made},
                         **headers)


def families(server):
    return {family.name: family for family in
            open_families(get(server, "/metrics", accept=OPENMETRICS).text.decode())}


# ---- metrics ----

def promtool_accepts_the_metrics(server):
    expect(shutil.which("promtool"), "promtool (ops/setup --tests)")
    make_group(server, "p1")
    done = subprocess.run(["promtool", "check", "metrics"], capture_output=True, timeout=60,
                          input=get(server, "/metrics").text)
    expect(done.returncode == 0, "metrics as promtool wants them", done.stdout + done.stderr)


def the_scraper_chooses_the_format(server):
    plain, asked = get(server, "/metrics"), get(server, "/metrics", accept=OPENMETRICS)
    expect(plain.headers["content-type"].startswith("text/plain; version=0.0.4"), "plain text",
           plain.headers)
    expect(asked.headers["content-type"].startswith("application/openmetrics-text"),
           "OpenMetrics", asked.headers)
    found = families(server)
    expect(found["agencygrid_rpc_requests"].type == "counter", "a counter", found.keys())
    expect(found["agencygrid_store_size_bytes"].unit == "bytes", "a unit", found.keys())


def calls_are_counted_by_method_and_code(server):
    method = "agency.v1.Commands/Submit"
    labels = {"method": method, "code": "OK"}
    before = value(server, "agencygrid_rpc_requests_total", **labels)
    took = value(server, "agencygrid_rpc_request_duration_seconds_count", method=method)
    make_group(server, "c1")
    make_group(server, "c1")
    server.submit({"commandId": "c1", "createGroup": {"group": {"groupId": "other", "name": "o"}}})
    expect(value(server, "agencygrid_rpc_requests_total", **labels) == before + 2, "two calls")
    labels["code"] = "INVALID_ARGUMENT"
    expect(value(server, "agencygrid_rpc_requests_total", **labels) >= 1, "a failed call")
    expect(value(server, "agencygrid_rpc_request_duration_seconds_count", method=method) ==
           took + 3, "three durations")
    get(server, "/nothing")
    expect(value(server, "agencygrid_rpc_refusals_total", status="404") >= 1, "a refusal")


def decisions_appends_and_stores_are_counted(server):
    labels = {"command": "CreateGroup", "code": "OK"}
    before = value(server, "agencygrid_decider_decisions_total", **labels)
    records = value(server, "agencygrid_log_appended_records_total", stream="decisions")
    make_group(server, "d1")
    expect(value(server, "agencygrid_decider_decisions_total", **labels) == before + 1,
           "a decision")
    expect(value(server, "agencygrid_log_appended_records_total", stream="decisions") > records,
           "a record")
    make_group(server, "d1")
    expect(value(server, "agencygrid_decider_repeats_total") >= 1, "a repeat")
    expect(value(server, "agencygrid_log_append_duration_seconds_count") >= 2, "appends")
    wait_for("a store's size", lambda: value(server, "agencygrid_store_size_bytes",
                                             part="unflushed") > 0)
    expect(value(server, "process_resident_memory_bytes") > 1 << 20, "memory")
    expect(0 <= time.time() - value(server, "process_start_time_seconds") < 600, "a start")


def await_ready(server):
    """A start ends before the last partition is open."""
    wait_for("it to be ready", lambda: get(server, "/readyz").status == 200, 60)


def operations_have_an_address_of_their_own(server):
    await_ready(server)
    log = server.data.with_suffix(".log").read_text()
    port = int(re.search(r"event=serving_operations address=127.0.0.1:(\d+)", log)[1])
    for path, text in (("/healthz", "alive"), ("/readyz", "ready"), ("/metrics", "agencygrid_")):
        done = subprocess.run(["curl", "-sf", f"http://127.0.0.1:{port}{path}"],
                              capture_output=True, text=True, timeout=20)
        expect(text in done.stdout, f"{text} at {path}", done)
    done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/agency.v1.Admin/"],
                          capture_output=True, text=True, timeout=20)
    expect("path that is served" in done.stdout, "no service there", done.stdout)


def every_metric_is_explained(server):
    text = (ROOT / "docs/operations.md").read_text()
    for name, family in families(server).items():
        full = name + ("_total" if family.type == "counter" else "")
        expect(name.startswith("process_") or f"`{full}`" in text,
               f"docs/operations.md to explain {full}")


# ---- ready ----

def it_is_alive_and_ready(server):
    await_ready(server)
    for path in ("/healthz", "/readyz"):
        answer = get(server, path)
        expect(answer.status == 200, f"200 of {path}", answer.text)


def the_service_manager_hears_when_it_is_ready(server):
    path = str(server.data.with_name("notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(20)
        other = Server(server.build, server.data.with_name("notified"))
        other.ctl("init")
        os.environ["NOTIFY_SOCKET"] = path
        try:
            other.start()
        finally:
            del os.environ["NOTIFY_SOCKET"]
        expect(manager.recv(100) == b"READY=1", "READY=1")
        other.stop()
        expect(manager.recv(100) == b"STOPPING=1", "STOPPING=1")


def fill(server, count):
    """An org with so many decisions."""
    def line(number, **payload):
        return json.dumps({"orgId": "acme", "commandId": f"fill-{number}",
                           "occurredAt": "2020-01-01T00:00:00Z", **payload}) + "\n"

    org = {"org": {"orgId": "acme"}, "owner": {"subjectId": "ada"}, "identity": "ada",
           "credential": {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}}
    lines = [line(0, createOrg=org)]
    lines += [line(i, createGroup={"group": {"groupId": f"g{i}"}}) for i in range(1, count)]
    file = server.data.with_suffix(".jsonl")
    file.write_text("".join(lines))
    server.ctl("import", str(file), org=None)


def folding(server):
    """What is said of a partition that is folded: by /readyz, Admin, metrics and agencyctl; None,
    if none is at this moment."""
    said = get(server, "/readyz").text.decode()
    status = get(server, "/v1/process-status").json()
    caught = [one for one in status.get("partitions", []) if "catchUp" in one]
    number = caught[0]["partition"] if caught else None
    left = ("agencygrid_partition_catch_up_left_seconds", ("partition", str(number)))
    table = server.ctl("status", org="acme")
    seen = bool(caught) and "is folded from its log: " in said and \
        "is folded from its log: " in table and left in metrics(server)
    return caught[0] if seen else None


def killed_while_it_folds(server):
    """The first word of a fold from the beginning; the process is then killed."""
    told = []
    server.start("--anonymous", "admin")
    wait_for("a word on how far it is", lambda: told.append(folding(server)) or told[-1])
    expect(get(server, "/readyz").status == 503, "it not to be ready")
    server.process.kill()
    server.process.wait()
    return told[-1]


def a_store_that_is_made_anew_says_how_far_it_is(server):
    other = Server(server.build, server.data.with_name("anew"))
    other.ctl("init")
    fill(other, FOLDED)
    shutil.rmtree(other.data / "stores")
    for _ in range(2):  # what was folded before the death is not flushed: it begins again
        said = killed_while_it_folds(other)
        expect(int(said["logEnd"]) > FOLDED >= int(said["lagRecords"]) > 0, "a lag", said)
        expect(int(said["logEnd"]) - int(said["offset"]) == int(said["lagRecords"]), "it", said)
        expect(int(said["catchUp"]["recordsPerSecond"]) > 0 < int(said["lagUs"]), "a rate", said)
    other.start("--anonymous", "admin")
    await_ready(other)
    status = get(other, "/v1/process-status").json()["partitions"]
    expect(not any("catchUp" in one or one["lagRecords"] != "0" for one in status), "none", status)
    expect(max(int(one["sequence"]) for one in status) > FOLDED, "all decisions", status)
    other.stop()


# ---- traces ----

def a_trace_goes_through_call_command_and_decision(server):
    make_group(server, "t1", traceparent=SAMPLED)
    call = server.receiver.wait("agency.v1.Commands/Submit", TRACE)
    decision = server.receiver.wait("decide CreateGroup", TRACE)
    expect(call.parent == CALLER and call.kind == 2, "a child of the caller's span", vars(call))
    expect(decision.parent == call.id, "a child of the call", vars(decision))
    expect(decision.attributes["agencygrid.command_id"] == "t1", "the command's id",
           decision.attributes)
    expect(int(decision.attributes["agencygrid.sequence"]) > 0, "a sequence", vars(decision))
    expect(call.resource["service.name"] == "agencyd", "who it is", call.resource)
    expect(0 <= decision.took <= call.took and abs(time.time() - call.began / 1e9) < 60, "times",
           vars(call))
    kept = f"00-{TRACE}-{call.id}-01".encode()
    found = sum(path.read_bytes().count(kept) for path in server.data.rglob("log/**/*")
                if path.is_file())
    expect(found == 2, "the trace in the command's record and in the decision's", found)


def what_its_caller_does_not_trace_is_not_traced(server):
    before = len(server.receiver.spans)
    make_group(server, "t2", traceparent=f"00-{TRACE}-{CALLER}-00")
    make_group(server, "t3")
    make_group(server, "t4", traceparent="00-nonsense")
    make_group(server, "t5", traceparent=f"00-{'1' * 32}-{CALLER}-01")
    server.receiver.wait("decide CreateGroup", "1" * 32)
    expect(len(server.receiver.spans) == before + 2, "the two spans of the last call",
           [vars(span) for span in server.receiver.spans[before:]])


def a_command_keeps_the_trace_that_its_client_names(server):
    own = f"00-{'2' * 32}-{CALLER}-01"
    server.submit({"commandId": "t6", "traceId": own,
                   "createGroup": {"group": {"groupId": "t6", "name": "t6"}}}, traceparent=SAMPLED)
    decision = server.receiver.wait("decide CreateGroup", "2" * 32)
    expect(decision.parent == CALLER, "the client's own span", vars(decision))


def failed_calls_say_why(server):
    trace = "3" * 32
    server.call("Commands/Nothing", {}, traceparent=f"00-{trace}-{CALLER}-01")
    server.submit({"commandId": "t7", "deleteGroup": {"groupId": "none"}},
                  traceparent=f"00-{trace}-{CALLER}-01")
    decision = server.receiver.wait("decide DeleteGroup", trace)
    expect(decision.attributes["agencygrid.code"] == "NOT_FOUND" and decision.status.code == 0,
           "a rejection, which is no fault", vars(decision))


def a_collector_that_is_away_holds_nobody_up(server):
    other = Server(server.build, server.data.with_name("untraced"))
    other.ctl("init")
    other.make_org()
    other.start("--trace-endpoint", "http://127.0.0.1:1", "--trace-one-in", "1",
                "--anonymous", "admin")
    began = time.monotonic()
    for number in range(20):
        expect(make_group(other, f"a{number}").status == 200, "an answer")
    expect(time.monotonic() - began < 5, "no wait for the collector", time.monotonic() - began)
    wait_for("spans that failed", lambda: value(other, "agencygrid_trace_spans_total",
                                                result="failed") >= 20)
    expect("spans_not_sent" in other.data.with_suffix(".log").read_text(), "a line about it")
    expect(other.stop() == 0, "a clean end")


def the_collector_takes_the_spans(server):
    if not server.otelcol:
        return
    collector = Collector(server.otelcol, server.data.with_name("otelcol.log"))
    other = Server(server.build, server.data.with_name("collected"))
    other.ctl("init")
    other.make_org()
    other.start("--trace-endpoint", collector.url, "--anonymous", "admin")
    make_group(other, "o1", traceparent=SAMPLED)
    collector.wait(rf"service.name: Str\(agencyd\).*Trace ID +: {TRACE}.*Parent ID +: {CALLER}.*"
                   r"Name +: agency.v1.Commands/Submit")
    collector.wait(r"Name +: decide CreateGroup.*agencygrid.command_id: Str\(o1\)")
    other.stop()
    collector.close()


# ---- logs ----

def lines_of_json_name_call_and_decision_and_no_secret(server):
    other = Server(server.build, server.data.with_name("logged"))
    other.ctl("init")
    other.make_org()
    other.start("--log-level", "debug", "--anonymous", "admin")
    other.stop()
    log = other.data.with_suffix(".json")
    process = subprocess.Popen(
        [other.build / "agencyd", "--data", other.data, "--listen", "127.0.0.1:0", "--log-format",
         "json", "--log-level", "debug", "--anonymous", "admin"], stderr=log.open("w"))
    wait_for("a start", lambda: '"event":"started"' in log.read_text())
    other.port = int(re.search(r'"serving","address":"127.0.0.1:(\d+)"', log.read_text())[1])
    make_group(other, "l1", traceparent=SAMPLED, x_request_id="r-1",
               agencygrid_api_key=SECRET)
    for scheme in ("Bearer", "Basic"):
        make_group(other, "l2", authorization=f"{scheme} {SECRET}", cookie=SECRET)
    process.terminate()
    process.wait(timeout=30)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    call = next(line for line in lines if line["event"] == "call")
    expect(call["method"] == "agency.v1.Commands/Submit" and call["trace"] == TRACE and
           call["request"] == "r-1", "a call", call)
    decided = next(line for line in lines if line["event"] == "decided")
    expect(decided["command_id"] == "l1" and decided["trace"] == TRACE, "a decision", decided)
    expect(SECRET not in log.read_text() and "\x1b" not in log.read_text(), "no secret")
    expect({line["level"] for line in lines} <= {"debug", "info", "warn"}, "levels", lines)


CASES = [promtool_accepts_the_metrics, the_scraper_chooses_the_format,
         calls_are_counted_by_method_and_code, decisions_appends_and_stores_are_counted,
         operations_have_an_address_of_their_own, every_metric_is_explained,
         it_is_alive_and_ready, a_store_that_is_made_anew_says_how_far_it_is,
         the_service_manager_hears_when_it_is_ready,
         a_trace_goes_through_call_command_and_decision,
         what_its_caller_does_not_trace_is_not_traced,
         a_command_keeps_the_trace_that_its_client_names, failed_calls_say_why,
         a_collector_that_is_away_holds_nobody_up, the_collector_takes_the_spans,
         lines_of_json_name_call_and_decision_and_no_secret]


def main():
    build, scratch, otelcol = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), ""
    if len(sys.argv) > 3:
        otelcol = sys.argv[3]
    server = Server(build, scratch / "watched")
    server.otelcol, server.receiver = otelcol, Receiver(fails=1)
    server.ctl("init")
    server.make_org()
    server.start("--anonymous", "admin", "--operations-listen", "127.0.0.1:0",
                 "--trace-endpoint", server.receiver.url)
    try:
        passed = [run_case(case.__name__, case, server) for case in CASES]
    finally:
        clean = server.stop() == 0
    server.receiver.close()
    return totals([*passed, clean])


if __name__ == "__main__":
    sys.exit(main())
