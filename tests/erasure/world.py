"""An agencyd that says and traces all it can, callers of it, and all that they are told."""

import gzip
import http.client
import json
import pathlib
import shutil
import ssl
import subprocess
import time

from cases import expect
from finder import Markers, files_of, memory_of
from posts import Posts
from server import Server, ask
from tool import Tool

OPTIONS = ("--api-keys", "--log-level=debug", "--trace-one-in=1", "--cache=8MiB",
           "--status-every=200ms")
# A slot of the keyring (core/keyring/key_table.h).
SLOT_SIZE, WRAPPED_AT, WRAPPED_SIZE, STATE_AT, LIVE = 128, 60, 48, 108, 1


def live_slots(keyring):
    """The slots of a keyring that hold a key."""
    slots = (data[at:at + SLOT_SIZE] for path, data in files_of(keyring)
             if path.name.startswith("keys.") for at in range(0, len(data), SLOT_SIZE))
    return [slot for slot in slots if slot[STATE_AT] == LIVE]


class Spans(Posts):
    """A collector that keeps the bytes it gets."""

    def __init__(self):
        self.bodies = []
        super().__init__()

    def take(self, path, kind, body):
        self.bodies.append(body)
        return 200


class Caller:
    """Somebody with an API key; what he is told is kept."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.key, self.hash = world.server.new_key()
        self.connection = None

    def headers(self):
        return {"authorization": f"Bearer {self.key}"}

    def keep(self, answer):
        self.world.told.append((self.name, answer.text))
        return answer

    def rest(self, verb, path, body=None, **headers):
        """JSON over HTTP, by a connection that stays open."""
        self.connection = self.connection or self.world.connect()
        return self.keep(ask(self.connection, verb, f"/v1/orgs{path}", body, **self.headers(),
                             **headers))

    def call(self, method, request, **headers):
        """A method by Connect."""
        return self.keep(self.world.server.call(method, request, **self.headers(), **headers))

    def raw(self, path, body, **headers):
        """Bytes, such as no client of ours would send."""
        connection = self.world.connect()
        connection.request("POST", path, body, {"content-type": "application/json",
                                                **self.headers(), **headers})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        self.world.told.append((self.name, text))
        return answer.status

    def packed(self, method, request):
        """A request in gzip, and an answer that may be."""
        body = gzip.compress(json.dumps(request).encode())
        return self.raw(f"/agency.v1.{method}", body, **{"content-encoding": "gzip",
                                                        "accept-encoding": "gzip"})


class World:
    """Org acme of ada, who may do all, and of bob, who may read; its log, stores and keyring lie in
    `data`, all else that is made of them in `made`."""

    def __init__(self, build, scratch):
        self.build = pathlib.Path(build).resolve()
        self.data, self.made = pathlib.Path(scratch) / "data", pathlib.Path(scratch) / "made"
        self.made.mkdir()
        self.markers, self.control = Markers(7), Markers(8)
        self.spans, self.server = Spans(), Server(self.build, self.data)
        self.told, self.tls = [], None
        self.server.ctl("init")
        self.ada, self.bob = Caller(self, "ada"), Caller(self, "bob")
        self.start()

    def tool(self, org="acme", data=None):
        return Tool(str(self.build / "agencyctl"), data or self.data, org)

    def start(self, *options):
        self.ada.connection = self.bob.connection = None
        self.server.start("--trace-endpoint", self.spans.url, *OPTIONS, *options)

    def close(self):
        """Of a server that a failed case has left nothing is left."""
        self.server.process.kill()
        self.server.process.wait()

    def connect(self):
        return self.server.connect() if self.tls is None else http.client.HTTPSConnection(
            "127.0.0.1", self.server.port, timeout=30, context=self.tls)

    def start_with_tls(self):
        folder = self.made.parent
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=grid", "-days", "1",
                        "-keyout", folder / "tls.key", "-out", folder / "tls.pem"], check=True,
                       capture_output=True, timeout=60)
        (folder / "tls.key").chmod(0o600)
        self.tls = ssl._create_unverified_context()
        self.start("--tls-certificate", folder / "tls.pem", "--tls-key", folder / "tls.key")

    def ctl(self, *words, org="acme"):
        """What agencyctl says to the folder's owner, kept as what callers are told."""
        done = self.tool(org).run(*words)
        self.told.append(("agencyctl", (done.stdout + done.stderr).encode()))
        return done

    def said(self):
        return self.data.with_suffix(".log")

    def places(self):
        """Name and bytes of all that a profile might have come to, but answers."""
        yield from ((str(path), data) for path, data in files_of(self.data, self.made))
        yield str(self.said()), self.said().read_bytes()
        yield from (("a span", body) for body in list(self.spans.bodies))

    def nowhere(self, *, memory=True):
        """Fails if a marker is in any place, answer or byte of memory."""
        places = [self.places(), iter(self.told)]
        if memory:
            self.rest()
            places.append(memory_of(self.server.process))
        for each in places:
            for name, data in each:
                found = self.markers.find(data)
                expect(found is None, f"no marker in {name}", found)

    def rest(self):
        """Until nothing that was begun is under way."""
        time.sleep(0.5)

    # ---- keys ----

    def live_keys(self):
        return len(live_slots(self.data / "keyring"))

    def keys(self):
        """The bytes of every key, as they lie there and otherwise."""
        folder = self.data / "keyring"
        found = [folder.joinpath("master.key").read_bytes()]
        for line in folder.joinpath("index.keys").read_text().split():
            found += [line.encode(), bytes.fromhex(line)]
        return found + [slot[WRAPPED_AT:WRAPPED_AT + WRAPPED_SIZE] for slot in
                        live_slots(self.backup_folder / "keyring")]

    # ---- backups ----

    def backup(self):
        """A copy of all as it is, which no search looks into."""
        self.backup_folder, self.keys_before = self.made.parent / "backup", self.live_keys()
        shutil.copytree(self.data, self.backup_folder, ignore=shutil.ignore_patterns("*.sock"))

    def restored(self, keyring):
        """The copy, put back beside a keyring."""
        folder = self.made.parent / f"restored-{keyring.parent.name}"
        shutil.copytree(self.backup_folder, folder, ignore=shutil.ignore_patterns("keyring"))
        (folder / "keyring").symlink_to(keyring)
        return self.tool(data=folder)
