"""An agencyd that trusts an issuer (joserfc), an authority of certificates (cryptography) and API
keys; and what calls of it are made of."""

import base64
import hashlib
import http.client
import json
import pathlib
import ssl
import sys
import time
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from certificates import certificate
from issuer import Web, key, public, sign

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/api"), str(ROOT / "tests/lib")]
from cases import expect  # noqa: E402
from server import Server  # noqa: E402

warnings.filterwarnings("ignore")
PUBLIC_URL = "https://grid.example/api"
SPIFFE = "spiffe://example.org/agent/ada"
NUMBERS = iter(range(10**6))


def group():
    name = f"g{next(NUMBERS)}"
    return {"commandId": name, "createGroup": {"group": {"groupId": name, "name": name}}}


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def pem(made):
    return made[1].public_bytes(serialization.Encoding.PEM)


def secret_pem(made):
    return made[0].private_bytes(serialization.Encoding.PEM,
                                 serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())


class World:
    """Orgs, keys and files that the cases share."""

    def __init__(self, build, scratch):
        self.scratch, self.web = scratch, Web()
        self.server = Server(build, scratch / "data")
        self.clear, self.tls = None, None
        self.key = key("ES256")
        self.web.put("/.well-known/openid-configuration",
                     {"issuer": self.web.url, "jwks_uri": f"{self.web.url}/keys"})
        self.web.put("/keys", public(self.key))
        self.authority = certificate([], ca=True, usage=("key_cert_sign",), subject="authority")
        self.make_org()
        self.make_files()

    def make_org(self):
        server = self.server
        server.ctl("init")
        self.api_key = server.new_key()[0]
        self.admin_key, self.admin_hash = server.new_key()
        self.signer = ed25519.Ed25519PrivateKey.generate()
        raw = self.signer.public_key().public_bytes_raw().hex()
        server.make_org(identity=self.api_key)
        for name, kind, identity in (("sso", "JWT", f"{self.web.url}\nada"),
                                     ("svid", "MTLS_SAN", SPIFFE), ("signs", "ED25519", raw)):
            server.decide("BindCredential", credentialId=name, subjectId="ada",
                          kind=f"CREDENTIAL_KIND_{kind}", identity=identity)

    def make_files(self):
        def put(name, data):
            path = self.scratch / name
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            path.chmod(0o600)
            return path

        own = certificate([x509.DNSName("localhost")], self.authority, subject="server")
        issuers = {"issuers": [{"issuer": self.web.url, "audience": "api://grid"}]}
        self.files = {
            "tls-certificate": put("server.pem", pem(own)), "tls-key": put("server.key",
                                                                            secret_pem(own)),
            "issuers": put("issuers.json", json.dumps(issuers)),
            "operator-keys": put("operators", f"# who\nadmin {self.admin_hash}\n"),
        }
        authority = put("authority.pem", pem(self.authority))
        self.files["client-authorities"] = f"{authority},example.org={authority}"

    def options(self, *names):
        return [f"--{name}={self.files[name]}" for name in names]

    def token(self, **claims):
        now = int(time.time())
        return sign({"iss": self.web.url, "aud": "api://grid", "sub": "ada", "exp": now + 600,
                     "scope": "agency.command agency.read", **claims}, self.key, "ES256")

    def client(self, made=None):
        """HTTPS with a client certificate."""
        context = ssl.create_default_context(cadata=pem(self.authority).decode())
        context.check_hostname = False
        if made is not None:
            path = self.scratch / "client.pem"
            path.write_bytes(pem(made) + secret_pem(made))
            context.load_cert_chain(path)
        return http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=30,
                                           context=context)


def thumbprint(made):
    digest = hashlib.sha256(made[1].public_bytes(serialization.Encoding.DER)).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def decided_by(world, credential, method):
    last = json.loads(world.server.ctl("history", "--limit", "1", "--output", "json")
                      .splitlines()[0])
    expect((last.get("credentialId"), last.get("method")) ==
           (credential, f"AUTHENTICATION_METHOD_{method}"),
           f"a decision by {credential}, {method}", last)
