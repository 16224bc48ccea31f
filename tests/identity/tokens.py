"""Tokens that are accepted, and each way in which one is refused."""

import base64
import hmac
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from issuer import NOW, b64, key, key_of, public, secret, sign, sign_raw
from judge import AUD, CLAIMS, ISS, expect, plain


# ---- accepted ----

def accepts_algorithm(judge, algorithm):
    judge.begin(public(key_of(algorithm)))
    judge.accepts(sign(CLAIMS, key_of(algorithm), algorithm),
                  f"subject={ISS}\\x0aada", f"caller={ISS}\\x0aada")


def accepts_ed448(judge):
    judge.begin(public(key("Ed448")))
    judge.accepts(sign(CLAIMS, key("Ed448"), "EdDSA"))


def accepts_types(judge):
    judge.begin()
    for kind in ("at+jwt", "application/at+jwt", "JWT"):
        judge.accepts(sign(CLAIMS, key("ES256"), "ES256", {"typ": kind}))
    judge.accepts(sign(CLAIMS, key("ES256"), "ES256"))


def accepts_audiences(judge):
    judge.begin()
    judge.accepts(plain(aud=["https://other.example", AUD]))


def accepts_scopes(judge):
    judge.begin()
    judge.accepts(plain(scope="agency.read agency.check"), "scope=agency.read",
                  "scope=agency.check")
    judge.begin(scope_claim="scp")
    judge.accepts(plain(scp=["agency.read"], scope="agency.command"), "scope=agency.read")


def accepts_other_claims(judge):
    judge.begin(subject_claim=["client_id", "sub"])
    judge.accepts(plain(), f"subject={ISS}\\x0aclient_id\\x0aapp")
    judge.accepts(plain(client_id=None), f"subject={ISS}\\x0aada")


def accepts_service_accounts(judge):
    judge.begin()
    judge.accepts(plain(sub="system:serviceaccount:ns:name", client_id=None, jti=None,
                        **{"kubernetes.io": {"namespace": "ns"}}),
                  f"subject={ISS}\\x0asystem:serviceaccount:ns:name")


def accepts_leeway(judge):
    judge.begin()
    judge.accepts(plain(exp=NOW - 59, nbf=NOW + 60))


def accepts_strict(judge):
    judge.begin(strict=True)
    judge.accepts(sign(CLAIMS, key("ES256"), "ES256", {"typ": "at+jwt"}))


def accepts_actors(judge):
    judge.begin()
    act = {"sub": "agent", "act": {"sub": "planner", "iss": ISS, "act": {"sub": "router"}}}
    said = judge.accepts(plain(act=act), f"caller={ISS}\\x0aagent", f"subject={ISS}\\x0aada")
    order = [said.index(f"actor={ISS}\\x0a{name}") for name in ("agent", "planner", "router")]
    expect(order == sorted(order), "actors from the caller to the subject", said)


def accepts_token_without_kid(judge):
    judge.begin()
    judge.accepts(sign(CLAIMS, key("ES256"), "ES256", kid=None))


# ---- refused: each is a token and the reason ----

def act(depth):
    return {"sub": str(depth), **({"act": act(depth - 1)} if depth > 1 else {})}


def parts(text):
    return text.split(".")


def confused(form):
    """The public key of RS256 as the secret of HS256, which joserfc itself would not sign with."""
    shown = {"PEM": key("RS").as_pem(private=False), "DER": key("RS").as_der(private=False),
             "JSON": json.dumps(key("RS").as_dict(private=False)).encode()}
    text = f"{b64(json.dumps({'alg': 'HS256', 'kid': 'k'}))}.{b64(json.dumps(CLAIMS))}"
    return f"{text}.{b64(hmac.digest(shown[form], text.encode(), 'sha256'))}"


def der_signature():
    head, body, signature = parts(plain())
    raw = base64.urlsafe_b64decode(signature + "==")
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return f"{head}.{body}.{b64(pair)}"


def signature_of(size_or_bytes):
    head, body, signature = parts(plain())
    raw = base64.urlsafe_b64decode(signature + "==")
    made = raw[:size_or_bytes] if isinstance(size_or_bytes, int) else size_or_bytes
    return f"{head}.{body}.{b64(made)}"


def changed_signature():
    head, body, signature = parts(plain())
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def changed(header=None, claims=None):
    """Something else under an old signature."""
    head, body, signature = parts(plain())
    head = head if header is None else b64(json.dumps(header))
    body = body if claims is None else b64(json.dumps({**CLAIMS, **claims}))
    return f"{head}.{body}.{signature}"


def own_key_inside(name, value):
    """The caller's own key, offered in the header."""
    return sign(CLAIMS, key("ES256", "k2"), "ES256", {name: value}, kid="k")


def raw(header, payload=None):
    return sign_raw(header, json.dumps(CLAIMS) if payload is None else payload, key("ES256"))


def claims_text(*members):
    return "{" + ",".join([json.dumps(CLAIMS)[1:-1], *members]) + "}"


def other_salt():
    """RSASSA-PSS with a salt of another size than the hash's (RFC 7518, section 3.5)."""
    text = f"{b64(json.dumps({'alg': 'PS256', 'kid': 'k'}))}.{b64(json.dumps(CLAIMS))}"
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 20)
    signature = key("RS").private_key.sign(text.encode(), scheme, hashes.SHA256())
    return f"{text}.{b64(signature)}"


HEAD = '{"alg":"ES256","kid":"k"'
PLAIN_HEAD = HEAD + "}"
SIGNED_BY_OTHER = "signature is wrong"
REFUSALS = [
    *((f"the key of RS256 in {form} as the secret of HS256", lambda form=form: confused(form),
       "expected an algorithm of") for form in ("PEM", "DER", "JSON")),
    *((f"{name}", lambda name=name: sign(CLAIMS, secret(b"x" * 64), name),
       "expected an algorithm of") for name in ("HS256", "HS384", "HS512")),
    ("none", lambda: sign(CLAIMS, None, "none"), "expected an algorithm of"),
    ("none in other letters", lambda: raw('{"alg":"NoNe"}'), "expected an algorithm of"),
    ("none with the signature left out", lambda: f"{b64(HEAD + '}')}.{parts(plain())[1]}.",
     "signature, but it is empty"),
    ("ES256K", lambda: sign(CLAIMS, key("ES256K"), "ES256K"), "expected an algorithm of"),
    ("an algorithm of another key type", lambda: sign(CLAIMS, key("ES384"), "ES384"),
     "expected a key for ES384"),
    ("RS256 that says PS256", lambda: sign_raw('{"alg":"PS256","kid":"k"}', json.dumps(CLAIMS),
                                               key("RS"), "RS256"), SIGNED_BY_OTHER),
    ("PS256 that says RS256", lambda: sign_raw('{"alg":"RS256","kid":"k"}', json.dumps(CLAIMS),
                                               key("RS"), "PS256"), SIGNED_BY_OTHER),
    ("PS256 with another salt", other_salt, SIGNED_BY_OTHER),
    ("no algorithm", lambda: raw('{"kid":"k"}'), "expected 'alg'"),
    ("an algorithm that is no text", lambda: raw('{"alg":["ES256"]}'), "expected 'alg'"),
    ("a key that is not the issuer's", lambda: sign(CLAIMS, key("ES256", "k2"), "ES256", kid="k"),
     SIGNED_BY_OTHER),
    ("an unknown kid", lambda: sign(CLAIMS, key("ES256"), "ES256", kid="k9"), "has no 'k9'"),
    ("a kid that is no text", lambda: raw('{"alg":"ES256","kid":1}'), "expected 'kid'"),
    ("a kid that is a path", lambda: sign(CLAIMS, key("ES256"), "ES256", kid="../../dev/null"),
     "has no '../../dev/null'"),
    ("a kid that is an injection", lambda: sign(CLAIMS, key("ES256"), "ES256", kid="k' OR '1"),
     "has no "),
    ("the sender's key in jwk", lambda: own_key_inside(
        "jwk", key("ES256", "k2").as_dict(private=False)), SIGNED_BY_OTHER),
    ("the sender's keys at jku", lambda: own_key_inside("jku", "https://evil.example/keys"),
     SIGNED_BY_OTHER),
    ("the sender's keys at x5u", lambda: own_key_inside("x5u", "https://evil.example/keys"),
     SIGNED_BY_OTHER),
    ("crit of what is unknown", lambda: raw(HEAD + ',"crit":["exp"],"exp":1}'), "'crit'"),
    ("crit b64", lambda: raw(HEAD + ',"crit":["b64"],"b64":false}'), "'crit'"),
    ("crit that is empty", lambda: raw(HEAD + ',"crit":[]}'), "'crit'"),
    ("typ of a DPoP proof", lambda: sign(CLAIMS, key("ES256"), "ES256", {"typ": "dpop+jwt"}),
     "'typ'"),
    ("typ of a logout token", lambda: sign(CLAIMS, key("ES256"), "ES256", {"typ": "logout+jwt"}),
     "'typ'"),
    ("a name twice in the header", lambda: raw('{"alg":"none","alg":"ES256","kid":"k"}'),
     "each name once"),
    ("a name twice in the claims", lambda: raw(PLAIN_HEAD, claims_text('"sub":"admin"')),
     "each name once"),
    ("a name twice, once escaped", lambda: raw(PLAIN_HEAD, claims_text('"\\u0073ub":"admin"')),
     "each name once"),
    ("a name twice within a claim", lambda: raw(
        PLAIN_HEAD, claims_text('"act":{"sub":"a","sub":"b"}')), "each name once"),
    ("an embedded NUL in a claim", lambda: plain(sub="ada\0admin"), "without NUL"),
    ("an embedded NUL in a name", lambda: plain(**{"sub\0x": "admin"}), "without NUL"),
    ("an embedded NUL in the token", lambda: plain() + "\0", "base64url"),
    ("a NUL before the dot", lambda: plain().replace(".", "\0.", 1), "base64url"),
    ("a line feed in the subject", lambda: plain(sub="a\nb"), "control characters"),
    ("claims that are no object", lambda: raw(PLAIN_HEAD, "[]"), "expected an object"),
    ("claims that are no JSON", lambda: raw(PLAIN_HEAD, "{'sub':1}"), "payload of a token"),
    ("claims with something behind", lambda: raw(PLAIN_HEAD, json.dumps(CLAIMS) + "{}"),
     "end of the text"),
    ("claims that are no UTF-8", lambda: raw(PLAIN_HEAD, b'{"sub":"\xff"}'), "UTF-8"),
    ("claims in half a surrogate pair", lambda: raw(PLAIN_HEAD, '{"sub":"\\ud800"}'),
     "surrogate"),
    ("JSON that is too deep", lambda: plain(deep=json.loads("[" * 40 + "]" * 40)),
     "fewer levels"),
    ("a huge token", lambda: plain(blob="x" * 20000), "at most 16384 bytes"),
    ("a million dots", lambda: "." * 300000, "at most 16384 bytes"),
    ("dots alone", lambda: "." * 1000, "three parts"),
    ("nothing", lambda: "", "three parts"),
    ("two parts", lambda: ".".join(parts(plain())[:2]), "three parts"),
    ("four parts", lambda: plain() + ".AAAA", "three parts"),
    ("an encrypted token", lambda: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA",
     "three parts"),
    ("padding of base64", lambda: plain() + "==", "base64url"),
    ("the alphabet of plain base64", lambda: f"{parts(plain())[0]}.{parts(plain())[1]}.+/+/",
     "base64url"),
    ("bits that belong to no byte", lambda: plain()[:-1] + "_", "base64url"),
    ("a space within", lambda: plain().replace(".", " .", 1), "base64url"),
    ("a line feed behind", lambda: plain() + "\n", "base64url"),
    ("a header changed", lambda: changed(header={"alg": "ES256", "kid": "k", "x": 1}),
     SIGNED_BY_OTHER),
    ("a claim changed", lambda: changed(claims={"sub": "admin"}), SIGNED_BY_OTHER),
    ("a signature changed", changed_signature, SIGNED_BY_OTHER),
    ("a signature cut by a byte", lambda: signature_of(63), "64 bytes"),
    ("a signature cut to half", lambda: signature_of(32), "64 bytes"),
    ("a signature of one byte", lambda: signature_of(1), "64 bytes"),
    ("a signature with bytes behind", lambda: signature_of(b"\1" * 65), "64 bytes"),
    ("a signature of zeros", lambda: signature_of(b"\0" * 64), SIGNED_BY_OTHER),
    ("a signature of the curve's order", lambda: signature_of(
        (0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551).to_bytes(32, "big")
        * 2), SIGNED_BY_OTHER),
    ("an ECDSA signature in DER", der_signature, "64 bytes"),
    ("iss of somebody else", lambda: plain(iss="https://other.example"), "issuer that is trusted"),
    ("iss with a slash at its end", lambda: plain(iss=ISS + "/"), "issuer that is trusted"),
    ("iss in other letters", lambda: plain(iss=ISS.upper()), "issuer that is trusted"),
    ("iss with a port", lambda: plain(iss=ISS + ":443"), "issuer that is trusted"),
    ("iss as a list", lambda: plain(iss=[ISS]), "expected 'iss'"),
    ("no iss", lambda: plain(iss=None), "issuer that is trusted"),
    ("aud of somebody else", lambda: plain(aud="https://other.example"), "'aud'"),
    ("aud with a slash at its end", lambda: plain(aud=AUD + "/"), "'aud'"),
    ("aud that begins as ours", lambda: plain(aud=AUD + "2"), "'aud'"),
    ("aud as an empty list", lambda: plain(aud=[]), "'aud'"),
    ("aud as a list with a number", lambda: plain(aud=[AUD, 1]), "'aud'"),
    ("no aud", lambda: plain(aud=None), "'aud'"),
    ("expired", lambda: plain(exp=NOW - 60), "that was 60 s ago"),
    ("no exp", lambda: plain(exp=None), "no 'exp'"),
    ("exp as a text", lambda: plain(exp=str(NOW + 300)), "seconds since 1970"),
    ("exp without end", lambda: raw(PLAIN_HEAD, json.dumps(
        {**CLAIMS, "exp": 0}).replace('"exp": 0', '"exp": 1e400')), "payload of a token"),
    ("exp below zero", lambda: plain(exp=-1), "seconds since 1970"),
    ("not yet", lambda: plain(nbf=NOW + 61), "61 s ahead"),
    ("nbf as a text", lambda: plain(nbf="now"), "seconds since 1970"),
    ("no sub", lambda: plain(sub=None), "expected 'sub'"),
    ("an empty sub", lambda: plain(sub=""), "expected 'sub'"),
    ("sub as a number", lambda: plain(sub=7), "expected 'sub'"),
    ("a huge sub", lambda: plain(sub="x" * 1025), "at most 1024 bytes"),
    ("actors nine deep", lambda: plain(act=act(9)), "at most 8 actors"),
    ("actors a hundred deep", lambda: plain(act=act(100)), "fewer levels"),
    ("an actor without a name", lambda: plain(act={}), "expected 'sub'"),
    ("an actor that is a text", lambda: plain(act="agent"), "'act' to be an object"),
    ("an actor of another issuer", lambda: plain(
        act={"sub": "admin", "iss": "https://other.example"}), "issuer that"),
    ("cnf by DPoP", lambda: plain(cnf={"jkt": "A" * 43}), "x5t#S256"),
    ("cnf by a key", lambda: plain(cnf={"jwk": key("ES256").as_dict(private=False)}), "x5t#S256"),
    ("cnf that is empty", lambda: plain(cnf={}), "x5t#S256"),
    ("cnf by a certificate, without one", lambda: plain(cnf={"x5t#S256": "A" * 43}), "has none"),
]


def refuses(judge, make, reason):
    judge.begin()
    judge.accepts(plain())
    judge.refuses(make(), reason)


def refuses_algorithms_not_chosen(judge):
    judge.begin(algorithms=["RS256"])
    judge.accepts(sign(CLAIMS, key("RS"), "RS256"))
    judge.refuses(plain(), "algorithm that is taken of this issuer")


def refuses_plainly_where_strict(judge):
    judge.begin(strict=True)
    judge.refuses(sign(CLAIMS, key("ES256"), "ES256", {"typ": "JWT"}), "'typ'")
    judge.refuses(plain(), "'typ'")
    for name in ("sub", "client_id", "jti", "iat"):
        claims = {key: value for key, value in CLAIMS.items() if key != name}
        judge.refuses(sign(claims, key("ES256"), "ES256", {"typ": "at+jwt"}), f"'{name}'")


def checks():
    for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
                 "EdDSA", "Ed25519"):
        yield f"accepts {name}", accepts_algorithm, name
    for case in (accepts_ed448, accepts_types, accepts_audiences, accepts_scopes,
                 accepts_other_claims, accepts_service_accounts, accepts_leeway, accepts_strict,
                 accepts_actors, accepts_token_without_kid, refuses_algorithms_not_chosen,
                 refuses_plainly_where_strict):
        yield case.__name__.replace("_", " "), case
    for name, make, reason in REFUSALS:
        yield f"refuses {name}", refuses, make, reason
