"""An issuer of tokens as others make them: keys and tokens by joserfc, documents over HTTP."""

import base64
import http.server
import json
import threading

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

ALL = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
       "EdDSA", "Ed25519", "ES256K", "HS256", "HS384", "HS512", "none"]
KINDS = {"RS": (RSAKey, 2048), "PS": (RSAKey, 2048), "ES256": (ECKey, "P-256"),
         "ES384": (ECKey, "P-384"), "ES512": (ECKey, "P-521"), "Ed": (OKPKey, "Ed25519"),
         "Ed448": (OKPKey, "Ed448"), "ES256K": (ECKey, "secp256k1")}
NOW = 1767225600
MADE = {}


def b64(data):
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key(kind, kid="k"):
    """A key of a kind, always the same for the same kid."""
    if (kind, kid) not in MADE:
        maker, size = KINDS[kind]
        MADE[kind, kid] = maker.generate_key(size, {"kid": kid}, private=True)
    return MADE[kind, kid]


def key_of(algorithm, kid="k"):
    return key(algorithm if algorithm.startswith("ES") else algorithm[:2], kid)


def public(*keys):
    return json.dumps({"keys": [one.as_dict(private=False) for one in keys]})


def sign(payload, with_key, algorithm, header=None, kid="k"):
    """By joserfc. `payload` as text goes as it is."""
    text = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
    head = {"alg": algorithm, **({"kid": kid} if kid else {}), **(header or {})}
    registry = jws.JWSRegistry(algorithms=ALL, strict_check_header=False)
    return jws.serialize_compact(head, text, with_key, registry=registry)


def sign_raw(header, payload, with_key, algorithm="ES256"):
    """With a header that joserfc would not write, in its very bytes."""
    maker = jws.JWSRegistry.algorithms[algorithm]
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(maker.sign(text.encode(), with_key))}"


def secret(data):
    return OctKey.import_key(data)


class Web(http.server.ThreadingHTTPServer):
    """Documents on a port of this machine: {path: (status, headers, body)}, and what was asked."""

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Documents)
        self.documents, self.asked = {}, []
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.daemon_threads = True
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def put(self, path, body, status=200, **headers):
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.documents[path] = (status, headers,
                                text.encode() if isinstance(text, str) else text)

    def handle_error(self, request, client_address):
        """A client that hangs up, or that trusts no certificate of ours, is none of our faults."""


class Documents(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        status, headers, body = self.server.documents.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Nothing: what was asked for is in `asked`."""


