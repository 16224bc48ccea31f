#!/usr/bin/env python3
"""Tokens of a real Keycloak, judged by core/auth.

    tests/keycloak/keycloak.py PROGRAM KEYCLOAK FOLDER

KEYCLOAK is an unpacked distribution; FOLDER has ca.pem, and server and agent with their keys. A
case is a function `it_...` named by what is true.
"""

import base64
import json
import pathlib
import ssl
import sys
import time
import urllib.error

from realm import Keycloak, Realm, mapper

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "identity")]
from cases import expect, run_case  # noqa: E402
from judge import AWAY, REFUSED, Judge  # noqa: E402

NESTED = {"sub": "agent-b", "act": {"sub": "agent-a"}}


def claims(token):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


class Stage:
    """The realm, and a judge that trusts it, which finds its keys by itself."""

    def __init__(self, realm, judge):
        self.realm, self.judge = realm, judge
        self.later = 0

    def trust(self, **members):
        code, said = self.judge.trust({"issuer": self.realm.issuer, "audience": "agencygrid",
                                       **members})
        expect(code == "ok", "the issuer to be taken", said)
        self.now()

    def now(self, later=0):
        """The judge's clocks; `later` moves the one that never goes back."""
        self.later += later
        self.judge.ask(f"at {int(time.time())} {1000 + self.later}")

    def accepts(self, token, *found, der=b""):
        return self.judge.accepts(token, *found, der=der)

    def identity(self, name, claim=None):
        middle = f"{claim}\\x0a" if claim else ""
        return f"{self.realm.issuer}\\x0a{middle}{name}"


def it_takes_a_client_by_discovery(stage):
    stage.trust(subject_claim=["client_id", "sub"])
    token = stage.realm.of_client("agent-a")
    header, said = claims(token)
    expect(header["typ"] == "JWT" and said["azp"] == "agent-a", "a token of the client", said)
    stage.accepts(token, "fetched=1", f"caller={stage.identity('agent-a', 'client_id')}")
    stage.accepts(token, "fetched=0")


def it_takes_a_client_by_sub(stage):
    stage.trust()
    token = stage.realm.of_client("agent-a")
    stage.accepts(token, f"caller={stage.identity(claims(token)[1]['sub'])}")


def it_takes_a_user_by_sub_beside_clients_by_name(stage):
    stage.trust(subject_claim=["client_id", "sub"])
    token = stage.realm.exchanged(user_token(stage), "agent-a")
    user = stage.realm.get("/users?username=alice")[0]["id"]
    stage.accepts(token, f"subject={stage.identity(user)}", f"caller={stage.identity(user)}")


def it_takes_keys_of_the_other_metadata(stage):
    """Keycloak serves RFC 8414's document, too: its issuer is the same."""
    document = stage.realm.keycloak.call(
        "GET", f"{stage.realm.keycloak.url}/.well-known/oauth-authorization-server/realms/grid")
    expect(document["issuer"] == stage.realm.issuer, "the same issuer", document["issuer"])
    stage.trust(keys=document["jwks_uri"])
    stage.accepts(stage.realm.of_client("agent-a"))


def it_takes_at_jwt_by_es256_whose_key_appears_when_it_is_used(stage):
    stage.trust()
    stage.accepts(stage.realm.of_client("agent-a"), "fetched=1")
    token = stage.realm.of_client("agent-es")
    header = claims(token)[0]
    expect((header["typ"], header["alg"]) == ("at+jwt", "ES256"), "at+jwt by ES256", header)
    code, said = stage.judge.token(token)
    expect(code == REFUSED and "that" in said, "an unknown key, asked for just now", said)
    stage.now(later=30)
    stage.accepts(token, "fetched=1")


def it_takes_every_algorithm_of_keycloak(stage):
    stage.trust()
    for algorithm in ("RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512", "EdDSA"):
        stage.realm.client(f"agent-{algorithm}",
                           attributes={"access.token.signed.response.alg": algorithm})
        token = stage.realm.of_client(f"agent-{algorithm}")
        expect(claims(token)[0]["alg"] == algorithm, algorithm, claims(token)[0])
        stage.now(later=30)
        stage.accepts(token)


def it_takes_the_strict_ones_strictly(stage):
    stage.trust(strict=True)
    stage.accepts(stage.realm.of_client("agent-es"))
    code, said = stage.judge.token(stage.realm.of_client("agent-a"))
    expect(code == REFUSED and "'typ'" in said, "a refusal for its typ", said)


def it_takes_a_bound_token_with_its_certificate_alone(stage):
    stage.trust()
    token = stage.realm.token(base=stage.realm.keycloak.secure, grant_type="client_credentials",
                              client_id="agent-m")
    expect("x5t#S256" in claims(token)[1]["cnf"], "a bound token", claims(token)[1])
    agent, server = (ssl.PEM_cert_to_DER_cert((stage.judge.folder / name).read_text())
                     for name in ("agent.pem", "server.pem"))
    stage.accepts(token, "bound", der=agent)
    stage.judge.refuses(token, "has another", der=server)
    stage.judge.refuses(token, "has none")


def it_takes_the_chain_of_actors_from_the_caller_on(stage):
    """What 26.7 exchanges has no act: a mapper of the client puts it into what Keycloak signs."""
    stage.trust()
    token = stage.realm.exchanged(user_token(stage), "agent-act")
    said = claims(token)[1]
    expect(said["act"] == NESTED, "nested actors", said)
    stage.accepts(token, f"caller={stage.identity('agent-b')}",
                  f"actor={stage.identity('agent-b')} actor={stage.identity('agent-a')}",
                  f"subject={stage.identity(said['sub'])}")


def it_refuses_tokens_for_others(stage):
    stage.trust()
    stage.judge.refuses(user_token(stage), "'aud'")


def it_refuses_another_realm_of_the_same_server(stage):
    stage.trust()
    stage.judge.refuses(stage.realm.admin, "issuer that is trusted")


def it_refuses_another_name_for_the_issuer(stage):
    other = stage.realm.issuer.replace("127.0.0.1", "localhost")
    stage.judge.trust({"issuer": other, "audience": "agencygrid"})
    stage.now()
    stage.judge.refuses(stage.realm.of_client("agent-a"), "issuer that is trusted")
    stage.judge.trust({"issuer": stage.realm.issuer + "/", "audience": "agencygrid"})
    stage.judge.refuses(stage.realm.of_client("agent-a"), "issuer that is trusted")


def it_refuses_what_has_expired(stage):
    stage.trust()
    token = stage.realm.of_client("agent-a")
    stage.judge.ask(f"at {claims(token)[1]['exp'] + 60} 9000")
    stage.judge.refuses(token, "has not expired")


def it_waits_where_keycloak_is_away(stage):
    token = stage.realm.of_client("agent-a")
    stage.realm.keycloak.stop()
    stage.trust()
    stage.judge.refuses(token, "expected the keys of", code=AWAY)


def user_token(stage):
    """Its aud are the clients that may exchange it."""
    return stage.realm.token(grant_type="password", client_id="console",
                             client_secret="console-secret", username="alice", password="pw")


def prepare(realm):
    realm.client("console", ("agent-a", "agent-act"), directAccessGrantsEnabled=True)
    realm.client("agent-a")
    realm.client("agent-act", mappers=[mapper(
        "act", "oidc-hardcoded-claim-mapper",
        **{"claim.name": "act", "jsonType.label": "JSON", "claim.value": json.dumps(NESTED)})])
    realm.client("agent-es", attributes={"access.token.header.type.rfc9068": "true",
                                         "access.token.signed.response.alg": "ES256"})
    realm.client("agent-m", clientAuthenticatorType="client-x509", attributes={
        "x509.subjectdn": "CN=agent,O=Grid",  # as in RFC 2253: the reverse of openssl -subj
        "x509.allow.regex.pattern.comparison": "false",
        "tls.client.certificate.bound.access.tokens": "true"})
    realm.user("alice")


def main():
    program, home, folder = sys.argv[1:4]
    passed = failed = 0
    keycloak = Keycloak(home, folder)
    try:
        keycloak.wait()
        realm = Realm(keycloak)
        prepare(realm)
        stage = Stage(realm, Judge(program, pathlib.Path(folder)))
        for name, case in list(globals().items()):
            if name.startswith("it_"):
                good = run_case(name, case, stage)
                passed, failed = passed + good, failed + (not good)
    except (RuntimeError, urllib.error.URLError) as fault:
        print(f"FAILED keycloak: {fault!r}")
        failed += 1
    finally:
        keycloak.stop()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
