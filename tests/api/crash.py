#!/usr/bin/env python3
"""agencyd killed and stopped at random moments while clients command over gRPC and REST.

    tests/api/crash.py BUILD SCRATCH [SEED]

Clients send single commands, batches and streams of them, and commands as paths. Whoever gets no
answer sends the same again, with the same id, to the next agencyd, until there is one. In the end
each command has one decision, which is the one that was acknowledged, however often it was sent; no
stream answered a command twice; and the log is whole.
"""

import collections
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import sys
import threading
import time

import grpc
from agency.v1 import command_pb2, commands_service_pb2 as service, query_pb2
from google.protobuf import json_format

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))
from cases import expect, run_case, totals  # noqa: E402
from server import Server, ask  # noqa: E402

SCALE = int(os.environ.get("SCALE", "1"))
ENDS = 14 * SCALE  # of an agencyd
CLIENTS, BATCH = 6, 40
AGAIN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED,
         grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL}
AGAIN_HTTP = {503, 504}
excused = threading.Event()  # nobody can answer now
PATH = "/agency.v1.Commands/"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def request(command_id):
    command = command_pb2.Command(org_id="acme", command_id=command_id)
    command.create_group.group.group_id = command_id
    return service.SubmitRequest(command=command)


class Client(threading.Thread):
    """One of those who command; says what it was answered. Of several agencyds it asks another one
    each time that it got no answer."""

    def __init__(self, number, ports, over):
        super().__init__(daemon=True)
        self.number, self.over = number, over
        self.targets = [f"127.0.0.1:{port}" for port in ports]
        self.sent, self.answers, self.faults = 0, collections.defaultdict(list), []
        self.again = 0

    def run(self):
        try:
            while not self.over.is_set():
                for way in (self.single, self.batch, self.stream, self.rest):
                    way([self.new_id() for _ in range(BATCH)])
        except Exception as fault:  # it is what the test is about
            self.faults.append(f"client {self.number}: {fault!r}")

    def new_id(self):
        self.sent += 1
        return f"c{self.number}-{self.sent}"

    def keep(self, answer):
        self.answers[answer.command_id].append(
            (answer.code, answer.org_sequence, answer.sequence, answer.token))

    def unanswered(self, ids):
        return [one for one in ids if one not in self.answers]

    def persist(self, ids, attempt):
        """Sends until all of them are answered; what is left goes with the next try."""
        left = list(ids)
        until = time.monotonic() + 60
        while left:
            until = time.monotonic() + 60 if excused.is_set() else until
            expect(time.monotonic() < until, "an answer within a minute", left[:3])
            target = self.targets[(self.number + self.again) % len(self.targets)]
            try:
                left = attempt(target, left)
            except (OSError, http.client.HTTPException):
                left = self.unanswered(left)
            except grpc.RpcError as error:
                expect(error.code() in AGAIN, "an answer, or that nobody knows",
                       (error.code(), error.details()))
                left = self.unanswered(left)
            if left:
                self.again += 1
                time.sleep(0.05)

    def single(self, ids):
        def attempt(target, left):
            with grpc.insecure_channel(target) as channel:
                submit = channel.unary_unary(
                    PATH + "Submit", service.SubmitRequest.SerializeToString,
                    query_pb2.SubmitResponse.FromString)
                for one in left:
                    self.keep(submit(request(one), timeout=10))
            return []
        self.persist(ids, attempt)

    def batch(self, ids):
        def attempt(target, left):
            with grpc.insecure_channel(target) as channel:
                submit = channel.unary_unary(
                    PATH + "SubmitBatch", service.SubmitBatchRequest.SerializeToString,
                    service.SubmitBatchResponse.FromString)
                asked = service.SubmitBatchRequest(requests=[request(one) for one in left])
                answers = submit(asked, timeout=10).responses
            expect([one.command_id for one in answers] == left, "an answer for each", answers)
            unknown = [one for one in answers if one.code == "UNAVAILABLE"]
            for one in answers:
                if one not in unknown:
                    self.keep(one)
            return [one.command_id for one in unknown]
        self.persist(ids, attempt)

    def stream(self, ids):
        def attempt(target, left):
            seen = set()
            with grpc.insecure_channel(target) as channel:
                submit = channel.stream_stream(
                    PATH + "SubmitStream", service.SubmitRequest.SerializeToString,
                    query_pb2.SubmitResponse.FromString)
                for answer in submit(iter([request(one) for one in left]), timeout=10):
                    expect(answer.command_id not in seen, "one answer on a stream",
                           answer.command_id)
                    seen.add(answer.command_id)
                    if answer.code != "UNAVAILABLE":
                        self.keep(answer)
            return self.unanswered(left)
        self.persist(ids, attempt)

    def rest(self, ids):
        def attempt(target, left):
            connection = http.client.HTTPConnection(target, timeout=10)
            try:
                for one in left:
                    answer = ask(connection, "POST", "/v1/orgs/acme/groups", {"groupId": one},
                                 idempotency_key=one)
                    if answer.status in AGAIN_HTTP:
                        break
                    expect(answer.status == 200, "HTTP 200", (answer.status, answer.text))
                    self.keep(json_format.ParseDict(answer.json(), query_pb2.SubmitResponse()))
            finally:
                connection.close()
            return self.unanswered(left)
        self.persist(ids, attempt)


def end(server, rng):
    """SIGKILL, or SIGTERM, which waits for what is under way."""
    if rng.random() < 0.7:
        server.stop(signal.SIGKILL)
        return
    began = time.monotonic()
    expect(server.stop(signal.SIGTERM) == 0, "a clean end", "another exit code")
    expect(time.monotonic() - began < 15, "an end within 15 s", time.monotonic() - began)


def hunt(server, rng, options):
    for _ in range(ENDS):
        time.sleep(rng.uniform(0.1, 1.5))
        end(server, rng)
        server.start(*options)


def decisions(records):
    """(org_sequence, sequence) of all accepted records, by command id."""
    found = collections.defaultdict(list)
    for item in records:
        if item["type"] == "DECISION" and int(item.get("sequence", 0)) > 0:
            decision = item["decision"]
            found[decision["commandId"]].append((int(decision["orgSequence"]),
                                                 int(item["sequence"])))
    return found


def check(server, clients):
    """The records of the log, which agree with what the clients were answered."""
    records = [json.loads(line) for line in server.ctl("log", "--output", "json").splitlines()]
    found = decisions(records)
    for client in clients:
        expect(not client.faults, "clients that are content", client.faults)
        for number in range(1, client.sent + 1):
            one = f"c{client.number}-{number}"
            answers = client.answers[one]
            expect(len(found[one]) == 1, f"one decision for {one}", (found[one], answers))
            expect(len(set(answers)) == 1, f"the same answer each time for {one}", answers)
            code, org_sequence, sequence, token = answers[0]
            expect((code, (org_sequence, sequence)) == ("OK", found[one][0]) and token,
                   f"the answer of {one} to be what is recorded", (answers[0], found[one]))
    expect(re.search(r"root \w{64}", server.ctl("verify")), "a log that is whole", "verify")
    return records


def commanded(servers, ports, hunt_them):
    """What clients were answered while `hunt_them` ran, which is given them; then the servers are
    stopped."""
    over = threading.Event()
    clients = [Client(number, ports, over) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        hunt_them(clients)
    finally:
        over.set()
        for client in clients:
            client.join(90)
        for server in servers:
            server.stop()
    return clients


def go_on(clients, seconds=30):
    """Waits until they are answered again."""
    def answered():
        return sum(len(client.answers) for client in clients)

    wanted, until = answered() + 100, time.monotonic() + seconds
    while answered() < wanted:
        expect(time.monotonic() < until, f"answers again within {seconds} s", wanted - answered())
        time.sleep(0.05)


def tell(clients, ends):
    print(f"# {sum(client.sent for client in clients)} commands, {ends}, sent again "
          f"{sum(client.again for client in clients)} times", flush=True)


def crashes(build, scratch, seed):
    rng, port = random.Random(seed), free_port()
    server = Server(build, scratch / "crash")
    server.ctl("init")
    server.make_org()
    options = ["--anonymous", "admin", "--listen", f"127.0.0.1:{port}"]
    server.start(*options)
    clients = commanded([server], [port], lambda _: hunt(server, rng, options))
    check(server, clients)
    tell(clients, f"{ENDS} ends")


def main():
    build, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns() % 10**6
    sys.exit(totals([run_case(f"crashes, seed {seed}", crashes, build, scratch, seed)]))


if __name__ == "__main__":
    main()
