#!/usr/bin/env python3
"""Who is calling, over the network: an agencyd that trusts an issuer (joserfc), an authority of
certificates (cryptography) and API keys.

    tests/identity/calls.py BUILD SCRATCH
"""

import base64
import http.client
import json
import pathlib
import ssl
import struct
import sys
import time

from cryptography.hazmat.primitives.asymmetric import ed25519

import tool_calls
from certificates import certificate, uri
from issuer import key, public, sign
from world import PUBLIC_URL, SPIFFE, World, bearer, decided_by, group, thumbprint

from cases import expect, run_case, totals


def refused(answer, status, code, error=None):
    found = answer.json()
    expect((answer.status, found["code"]) == (status, code), f"{status} {code}",
           (answer.status, found))
    challenge = answer.headers["www-authenticate"] or ""
    if error is not None:
        expect(f'error="{error}"' in challenge, f"the error {error}", challenge)
    return challenge


def done(world, answer, credential, method):
    expect(answer.status == 200, "HTTP 200", (answer.status, answer.text))
    decided_by(world, credential, method)


# ---- in clear text, on this machine ----

def nobody_is_told_where_to_get_a_token(world):
    answer = world.server.call("Admin/GetProcessStatus", {})
    challenge = refused(answer, 401, "unauthenticated")
    expect(challenge.startswith('Bearer resource_metadata="https://grid.example/.well-known/'
                                'oauth-protected-resource/api"') and "error=" not in challenge,
           "where the metadata are", challenge)
    connection = world.server.connect()
    connection.request("GET", "/.well-known/oauth-protected-resource/api")
    found = json.loads(connection.getresponse().read())
    expect(found["resource"] == PUBLIC_URL and found["authorization_servers"] == [world.web.url]
           and "agency.read" in found["scopes_supported"], "the metadata", found)
    refused(world.server.submit(group()), 401, "unauthenticated")


def an_api_key_says_who_calls(world):
    done(world, world.server.submit(group(), **bearer(world.api_key)), "key", "API_KEY")
    wrong = world.api_key[:-1] + ("a" if world.api_key[-1] != "a" else "b")
    refused(world.server.submit(group(), **bearer(wrong)), 401, "unauthenticated", "invalid_token")
    unbound = world.server.new_key()[0]
    refused(world.server.submit(group(), **bearer(unbound)), 401, "unauthenticated")
    status = world.server.call("Admin/GetProcessStatus", {}, **bearer(world.api_key))
    refused(status, 403, "permission_denied")


def an_operator_has_a_key(world):
    status = world.server.call("Admin/GetProcessStatus", {}, **bearer(world.admin_key))
    expect(status.status == 200, "an operator's question", status.text)
    done(world, world.server.submit(group(), **bearer(world.admin_key)), "", "API_KEY")


def a_token_says_who_calls(world):
    done(world, world.server.submit(group(), **bearer(world.token())), "sso", "TOKEN")
    other = world.server.submit(group(), **bearer(world.token(sub="eve")))
    refused(other, 401, "unauthenticated")


def a_token_is_capped_by_its_scopes(world):
    answer = world.server.submit(group(), **bearer(world.token(scope="agency.read")))
    challenge = refused(answer, 403, "permission_denied", "insufficient_scope")
    expect('scope="agency.command"' in challenge, "the scope that is needed", challenge)


def wrong_tokens_are_refused(world):
    now = int(time.time())
    for name, token in (("expired", world.token(exp=now - 3600)),
                        ("for others", world.token(aud="api://other")),
                        ("of others", world.token(iss="https://other.example")),
                        ("of nobody who acts", world.token(act={"name": "agent"})),
                        ("nonsense", "nonsense"), ("a password", "agk_short")):
        answer = world.server.submit(group(), **bearer(token))
        expect(answer.status == 401, f"401 for a token {name}", (answer.status, answer.text))
        refused(answer, 401, "unauthenticated", "invalid_token")


def a_token_says_who_acts_for_whom(world):
    """Each link is granted in the org; what the issuer says is a claim."""
    submit = world.server.submit
    for name in ("agent", "sub"):
        world.server.decide("RegisterSubject", subjectId=name, type="SUBJECT_TYPE_AGENT")
    acting = bearer(world.token(act={"sub": "sub", "act": {"sub": "agent"}}))
    refused(submit(group(), **acting), 401, "unauthenticated")
    for name in ("agent", "sub"):
        world.server.decide("BindCredential", credentialId=f"{name}-sso", subjectId=name,
                            kind="CREDENTIAL_KIND_JWT", identity=f"{world.web.url}\n{name}")
    question = {"orgId": "acme", "pageSize": 1}
    for actor, whom in (("sub", "agent"), ("agent", "ada")):
        answer = submit(group(), **acting)
        refused(answer, 403, "permission_denied")
        said = answer.text.decode()
        expect(f"'act_as' on subject '{whom}'" in said, f"the link to {whom}", said)
        refused(world.server.call("Query/ListHistory", question, **acting), 403,
                "permission_denied")
        world.server.decide("GrantPermission", grantId=f"act-{actor}", permission="act_as",
                            grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": actor},
                            on={"kind": "OBJECT_KIND_SUBJECT", "id": whom})
    done(world, submit(group(), **acting), "sub-sso", "TOKEN")
    said = world.server.ctl("history", "--limit", "1")
    expect("by sub through agent on behalf of ada" in said, "the chain", said)
    answer = world.server.call("Query/ListHistory", question, **acting)
    expect(answer.status == 200, "the owner's view", answer.text)
    named = {**group(), "onBehalfOf": "ada"}
    answer = submit(named, **acting)
    refused(answer, 400, "invalid_argument")


def two_of_them_are_a_bad_request(world):
    connection = world.server.connect()
    connection.putrequest("POST", "/agency.v1.Commands/Submit")
    for _ in range(2):
        connection.putheader("authorization", f"Bearer {world.token()}")
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", "2")
    connection.endheaders(b"{}")
    response = connection.getresponse()
    expect(response.status == 400 and "invalid_request" in response.headers["www-authenticate"],
           "400 invalid_request", response.status)


def a_new_key_is_fetched(world):
    world.key = key("ES256", "second")
    world.web.put("/keys", public(key("ES256"), world.key))
    before = len(world.web.asked)
    token = sign({"iss": world.web.url, "aud": "api://grid", "sub": "ada",
                  "exp": int(time.time()) + 600, "scope": "agency.command"}, world.key, "ES256",
                 kid="second")
    until = time.monotonic() + 40  # an issuer is asked at most every 30 s
    answer = world.server.submit(group(), **bearer(token))
    while answer.status == 401 and time.monotonic() < until:
        time.sleep(1)
        answer = world.server.submit(group(), **bearer(token))
    expect(answer.status == 200, "a token by the new key", answer.text)
    expect(len(world.web.asked) - before <= 4, "few questions of the issuer", world.web.asked)
    world.key = key("ES256")


def fails_often(world, fail):
    """`fail` over one connection, until that ends."""
    connection = world.server.connect()
    answers = 0
    try:
        for _ in range(50):
            answer = fail(connection)
            answers += 1
            if answer.headers["connection"] == "close":
                break
    except (http.client.HTTPException, OSError):
        pass
    expect(answers <= 17, "an end of the connection", answers)
    done(world, world.server.submit(group(), **bearer(world.api_key)), "key", "API_KEY")


def who_fails_often_has_to_connect_anew(world):
    fails_often(world, lambda connection: world.server.submit(group(), connection,
                                                              **bearer("nonsense")))


def wrong_signatures_are_failures_too(world):
    wrong = signed(world, "wrong", ed25519.Ed25519PrivateKey.generate())
    wrong["signed"]["signature"] = base64.b64encode(bytes(64)).decode()

    def fail(connection):
        answer = world.server.call("Commands/Submit", wrong, connection)
        refused(answer, 401, "unauthenticated")
        return answer
    fails_often(world, fail)


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def sized(data):
    return struct.pack(">I", len(data)) + data


def signed(world, name, by=None, expires=60):
    """A signed CommandRecord that makes a group, as docs/commands.md has it."""
    token = world.server.submit(group(), **bearer(world.api_key)).json()["token"]
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    cluster = raw[raw.index(b"\x0a\x10") + 2:][:16]
    signer = by or world.signer
    identity = signer.public_key().public_bytes_raw().hex().encode()
    made = field(1, name.encode()) + field(16, name.encode())
    command = field(1, b"acme") + field(2, name.encode()) + field(109, field(1, made))
    issued = int((time.time() - 120) * 10**6) if expires < 0 else int(time.time() * 10**6)
    ends = issued + abs(expires) * 10**6
    statement = (b"agencygrid/command/1" + sized(cluster) + sized(b"acme") + sized(name.encode()) +
                 struct.pack(">qq", issued, ends) + sized(b"") + struct.pack(">I", 4) +
                 sized(identity) + sized(b"") + sized(command))
    return {"signed": {"command": base64.b64encode(command).decode(), "issuedAtUs": str(issued),
                       "expiresAtUs": str(ends),
                       "principal": {"kind": "CREDENTIAL_KIND_ED25519",
                                     "identityHash": identity.decode()},
                       "signature": base64.b64encode(signer.sign(statement)).decode()}}


def a_signed_command_needs_no_other_word(world):
    call = world.server.call
    done(world, call("Commands/Submit", signed(world, "signed-1")), "signs", "SIGNATURE")
    stranger = ed25519.Ed25519PrivateKey.generate()
    refused(call("Commands/Submit", signed(world, "signed-2", stranger)), 401, "unauthenticated")
    changed = signed(world, "signed-3")
    changed["signed"]["principal"] = {"operator": "admin"}
    expect(call("Commands/Submit", changed).status in (400, 401), "no operator's name",
           "accepted")
    late = call("Commands/Submit", signed(world, "signed-4", expires=-60))
    expect(late.json()["code"] == "deadline_exceeded", "too late", late.text)
    sealed = signed(world, "signed-5")
    sealed["signed"]["seal"] = sealed["signed"].pop("signature")
    refused(call("Commands/Submit", sealed), 401, "unauthenticated")
    refused(call("Commands/Submit", {"signed": {}}), 400, "invalid_argument")


def the_client_does_not_choose_its_principal(world):
    header = {"agencygrid_principal": "admin", **bearer(world.api_key)}
    done(world, world.server.submit(group(), **header), "key", "API_KEY")
    refused(world.server.submit(group(), agencygrid_principal="admin"), 401, "unauthenticated")
    answer = world.server.submit({"onBehalfOf": "eve", **group()}, **bearer(world.api_key))
    refused(answer, 403, "permission_denied")


CLEAR = (nobody_is_told_where_to_get_a_token, an_api_key_says_who_calls, an_operator_has_a_key,
         a_token_says_who_calls, a_token_is_capped_by_its_scopes, wrong_tokens_are_refused,
         a_token_says_who_acts_for_whom,
         two_of_them_are_a_bad_request, who_fails_often_has_to_connect_anew,
         wrong_signatures_are_failures_too, a_signed_command_needs_no_other_word,
         the_client_does_not_choose_its_principal, a_new_key_is_fetched)


# ---- anonymous ----

def anonymous_is_who_comes_by_itself(world):
    call = world.server.call
    done(world, world.server.submit(group()), "", "ANONYMOUS")
    for headers in ({"host": "evil.example"}, {"x_forwarded_for": "10.0.0.1"},
                    {"forwarded": "for=10.0.0.1"}, {"origin": "https://evil.example"}):
        answer = call("Admin/GetProcessStatus", {}, **headers)
        expect(answer.status == 401, f"401 for {headers}", (answer.status, answer.text))
    own = call("Admin/GetProcessStatus", {}, origin=f"http://127.0.0.1:{world.server.port}")
    expect(own.status == 200, "a page of its own", own.text)


# ---- TLS ----

def a_certificate_says_who_calls(world):
    client = world.client(certificate([uri(SPIFFE)], world.authority))
    done(world, world.server.submit(group(), client), "svid", "CERTIFICATE")
    stranger = world.client(certificate([uri("spiffe://example.org/other")], world.authority))
    refused(world.server.submit(group(), stranger), 401, "unauthenticated")
    nobody = world.client()
    refused(world.server.call("Admin/GetProcessStatus", {}, nobody), 401, "unauthenticated")


def certificates_of_strangers_are_not_let_in(world):
    other = certificate([], ca=True, usage=("key_cert_sign",), subject="authority")
    for made in (certificate([uri(SPIFFE)], other), certificate([uri(SPIFFE)]),
                 certificate([uri("spiffe://elsewhere.org/a")], world.authority)):
        try:
            answer = world.server.submit(group(), world.client(made))
        except (ssl.SSLError, OSError, http.client.HTTPException):
            continue
        expect(False, "no answer to a stranger's certificate", answer.text)


def a_token_counts_beside_a_certificate(world):
    made = certificate([uri(SPIFFE)], world.authority)
    bound = {"cnf": {"x5t#S256": thumbprint(made)}}
    done(world, world.server.submit(group(), world.client(made), **bearer(world.token(**bound))),
         "sso", "TOKEN")
    refused(world.server.submit(group(), world.client(), **bearer(world.token(**bound))), 401,
            "unauthenticated", "invalid_token")


TLS = (a_certificate_says_who_calls, certificates_of_strangers_are_not_let_in,
       a_token_counts_beside_a_certificate)


# ---- starting ----

def others_reach_no_address_without_authentication(world):
    refuses, listen = world.server.refuses, ["--listen", "0.0.0.0:0"]
    tls = world.options("tls-certificate", "tls-key")
    for words, why in (
            (listen, "tls-certificate"), ([*listen, "--api-keys"], "tls-certificate"),
            ([*listen, *tls], "nobody could say who he is"),
            ([*listen, *tls, "--api-keys", "--anonymous", "admin"], "anonymous"),
            ([*tls[:1]], "tls-key"), (world.options("client-authorities"), "tls-certificate"),
            (["--issuers", "/nowhere"], "/nowhere"), (["--public-url", "grid"], "public-url"),
            (["--operator-keys", str(world.files["issuers"])], "line 1")):
        said = refuses(*words)
        expect(why in said and "expected" in said, f"{why} in what it says to {words}", said)


def main():
    build, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
    world = World(build, scratch)
    server, listen = world.server, ["--public-url", PUBLIC_URL, "--api-keys"]
    passed = [run_case("addresses", others_reach_no_address_without_authentication, world)]
    server.start(*listen, *world.options("issuers", "operator-keys"))
    passed += [run_case(case.__name__, case, world) for case in (*tool_calls.CLEAR, *CLEAR)]
    passed.append(server.stop() == 0)
    server.start("--anonymous", "admin")
    passed.append(run_case("anonymous", anonymous_is_who_comes_by_itself, world))
    passed.append(server.stop() == 0)
    server.start("--listen", "0.0.0.0:0", *world.options("tls-certificate", "tls-key", "issuers",
                                                         "client-authorities"))
    passed += [run_case(case.__name__, case, world) for case in (*TLS, *tool_calls.TLS)]
    passed.append(server.stop() == 0)
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
