"""An agencyd on an embedded log of its own, and what one can ask of it."""

import http.client
import json
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cases import Fault, expect  # noqa: E402

START_SECONDS_MAX = 20


class Socket(http.client.HTTPConnection):
    """HTTP over the socket of a data folder."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.text = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.text)


def named(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def ask(connection, verb, path, body=None, **headers):
    """JSON over HTTP."""
    connection.request(verb, path, None if body is None else json.dumps(body),
                       {"content-type": "application/json", **named(headers)})
    return Answer(connection.getresponse())


class Server:
    """agencyd on DATA; an org is made by agencyctl before the start."""

    def __init__(self, build, data):
        self.build, self.data = pathlib.Path(build), pathlib.Path(data)
        self.process, self.port = None, None

    def ctl(self, *words, org="acme"):
        about = [] if words == ("init",) or org is None else ["--org", org]
        done = subprocess.run([self.build / "agencyctl", "--data", self.data, *about, *words],
                              capture_output=True, text=True, timeout=60)
        expect(done.returncode == 0, f"agencyctl {words} to work", done.stderr)
        return done.stdout

    def decide(self, command, org="acme", **payload):
        """A command by agencyctl."""
        return self.ctl("submit", command, json.dumps(payload), org=org)

    def make_org(self, org="acme", owner="ada", identity="ada"):
        """The owner's credential is an API key."""
        self.decide("CreateOrg", org=org, orgId=org, owner={"subjectId": owner}, identity=identity,
                    credential={"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"})

    def new_key(self):
        """An API key and its hash, as agencyctl makes them."""
        done = subprocess.run([self.build / "agencyctl", "key", "api"], capture_output=True,
                              text=True, timeout=60)
        return done.stdout.strip(), done.stderr.split()[-1]

    def start(self, *options):
        log = self.data.with_suffix(".log")
        self.process = subprocess.Popen(
            [self.build / "agencyd", "--data", self.data, "--listen", "127.0.0.1:0", *options],
            stderr=log.open("w"))
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until and self.process.poll() is None:
            serving = re.search(r"event=serving .*:(\d+)", log.read_text())
            if serving and "event=started" in log.read_text():
                self.port = int(serving[1])
                return self
            time.sleep(0.02)
        raise Fault(f"expected agencyd to serve: {log.read_text()}")

    def refuses(self, *options):
        """What it says when it does not start."""
        done = subprocess.run([self.build / "agencyd", "--data", self.data, *options],
                              capture_output=True, text=True, timeout=60)
        expect(done.returncode in (1, 2), f"no start with {options}", done.returncode)
        return done.stderr

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def socket(self):
        return Socket(self.data / "api.sock")

    def call(self, method, request, by=None, **headers):
        """A unary method by Connect."""
        connection = by or self.connect()
        answer = ask(connection, "POST", f"/agency.v1.{method}", request, **headers)
        if by is None:
            connection.close()
        return answer

    def stream(self, method, request, **headers):
        """A method with streams by Connect, of one message: the response, to be read."""
        body, connection = json.dumps(request).encode(), self.connect()
        connection.request("POST", f"/agency.v1.{method}", struct.pack(">BI", 0, len(body)) + body,
                           {"content-type": "application/connect+json", **named(headers)})
        return connection.getresponse()

    def submit(self, request, by=None, org="acme", **headers):
        command = {"command": {"orgId": org, **request}}
        return self.call("Commands/Submit", command, by, **headers)
