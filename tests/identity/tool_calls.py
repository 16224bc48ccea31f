"""agencyctl as a caller: by a token, an API key, a certificate, over TLS."""

import json
import subprocess

from certificates import certificate, uri
from world import SPIFFE, decided_by, group, pem, secret_pem, thumbprint

from cases import expect

DONE, FAILED, USAGE = 0, 1, 2
NUMBERS = iter(range(10**6))


class Caller:
    """agencyctl with --server, and files of credentials of its own."""

    def __init__(self, world, url):
        self.world, self.url = world, f"{url}:{world.server.port}"

    def file(self, data, mode=0o600):
        path = self.world.scratch / f"tool-{next(NUMBERS)}"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        path.chmod(mode)
        return path

    def run(self, *words):
        done = subprocess.run([self.world.server.build / "agencyctl", "--server", self.url,
                               "--org", "acme", *map(str, words)], capture_output=True, text=True,
                              timeout=60)
        return done.returncode, done.stdout + done.stderr

    def does(self, credential, method, *options):
        """A command and a question."""
        name = group()["commandId"]
        code, said = self.run(*options, "submit", "CreateGroup", json.dumps({"groupId": name}),
                              "--output", "json")
        expect(code == DONE, f"a command by {options}", said)
        decided_by(self.world, credential, method)
        code, said = self.run(*options, "list", "groups", "--filter", f"group_id == '{name}'",
                              "--at-least", json.loads(said)["token"])
        expect(code == DONE and name in said, f"an answer by {options}", said)

    def fails(self, why, *options, code=FAILED):
        found, said = self.run(*options, "list", "groups")
        expect(found == code and why in said, f"{why!r} to {options}", (found, said))


# ---- in clear text, on this machine ----

def agencyctl_calls_by_a_token_or_a_key(world):
    tool = Caller(world, "http://127.0.0.1")
    key, token = tool.file(world.api_key + "\n"), tool.file(world.token())
    tool.does("key", "API_KEY", "--key-file", key)
    tool.does("sso", "TOKEN", "--token-file", token)
    code, said = tool.run("--key-file", tool.file(world.admin_key), "status")
    expect(code == DONE and "of 16" in said, "an operator's question", said)
    code, said = tool.run("--key-file", key, "status")
    expect(code == FAILED and "PERMISSION_DENIED" in said, "no operator", said)


def agencyctl_says_why_it_may_not_call(world):
    tool = Caller(world, "http://127.0.0.1")
    key, token = tool.file(world.api_key), tool.file(world.token())
    tool.fails("UNAUTHENTICATED")
    tool.fails("PERMISSION_DENIED", "--key-file", tool.file(world.server.new_key()[0]))
    tool.fails("UNAUTHENTICATED", "--token-file", tool.file(world.token(exp=1)))
    tool.fails("PERMISSION_DENIED", "--token-file", tool.file(world.token(scope="agency.command")))
    for option in ("--key-file", "--token-file"):
        tool.fails("tool-", option, tool.file(world.api_key, 0o644))
        tool.fails("/nowhere", option, "/nowhere")
    tool.fails("but both are given", "--key-file", key, "--token-file", token, code=USAGE)
    for option in ("--certificate", "--certificate-key", "--authorities"):
        tool.fails("expected --server https://", option, key, code=USAGE)


CLEAR = (agencyctl_calls_by_a_token_or_a_key, agencyctl_says_why_it_may_not_call)


# ---- TLS ----

def agencyctl_calls_over_tls(world):
    tool = Caller(world, "https://localhost")
    trusts = ("--authorities", tool.file(pem(world.authority)))
    made = certificate([uri(SPIFFE)], world.authority)
    both = tool.file(pem(made) + secret_pem(made))
    tool.does("svid", "CERTIFICATE", *trusts, "--certificate", both)
    tool.does("svid", "CERTIFICATE", *trusts, "--certificate", tool.file(pem(made)),
              "--certificate-key", tool.file(secret_pem(made)))
    tool.does("sso", "TOKEN", *trusts, "--token-file", tool.file(world.token()))
    bound = tool.file(world.token(cnf={"x5t#S256": thumbprint(made)}))
    tool.does("sso", "TOKEN", *trusts, "--token-file", bound, "--certificate", both)
    tool.fails("UNAUTHENTICATED", *trusts, "--token-file", bound)


def agencyctl_trusts_and_is_trusted_or_does_not_call(world):
    tool = Caller(world, "https://localhost")
    trusts = ("--authorities", tool.file(pem(world.authority)))
    stranger = certificate([], ca=True, usage=("key_cert_sign",), subject="stranger")
    namesake = certificate([], ca=True, usage=("key_cert_sign",), subject="authority")
    tool.fails("UNAUTHENTICATED", *trusts)
    tool.fails("certificate")
    tool.fails("certificate", "--authorities", tool.file(pem(stranger)))
    tool.fails("UNAVAILABLE", "--authorities", tool.file(pem(namesake)))
    Caller(world, "https://127.0.0.1").fails("certificate", *trusts)
    other = certificate([uri(SPIFFE)], stranger)
    tool.fails("UNAVAILABLE", *trusts, "--certificate", tool.file(pem(other) + secret_pem(other)))
    tool.fails("/nowhere", *trusts, "--certificate", "/nowhere")
    tool.fails("expected --certificate with", *trusts, "--certificate-key", "/nowhere", code=USAGE)


TLS = (agencyctl_calls_over_tls, agencyctl_trusts_and_is_trusted_or_does_not_call)
