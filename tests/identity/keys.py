"""Keys that are taken or not, and how they are come by: files, addresses, metadata, rotation."""

import json
import ssl

from joserfc.jwk import RSAKey

from issuer import NOW, Web, b64, key, public, sign
from judge import AUD, AWAY, CLAIMS, ISS, expect, plain


def accepts_key_set_of_many(judge):
    """Keys of no use are skipped: RFC 7517, section 5."""
    others = [{"kty": "oct", "k": "AAAA"}, {"kty": "new"}, {}, {"kty": "RSA", "n": "AQ"}]
    keys = json.loads(public(key("ES256")))["keys"]
    judge.begin(json.dumps({"keys": others + keys}))
    judge.accepts(plain())


# ---- keys ----

def refuses_small_rsa(judge):
    small = RSAKey.generate_key(1024, {"kid": "k"}, private=True)
    judge.begin(public(small))
    judge.refuses(sign(CLAIMS, small, "RS256"), "expected a key for RS256")


def refuses_weak_exponent(judge):
    """e = 1: every message is its own signature."""
    weak = {"kty": "RSA", "kid": "k", "n": key("RS").as_dict(private=False)["n"], "e": "AQ"}
    judge.begin(json.dumps({"keys": [weak]}))
    judge.refuses(sign(CLAIMS, key("RS"), "RS256"), "expected a key for RS256")


def refuses_points_off_the_curve(judge):
    off = {**key("ES256").as_dict(private=False), "y": b64(b"\1" * 32)}
    judge.begin(json.dumps({"keys": [off]}))
    judge.refuses(plain(), "expected a key for ES256")


def refuses_keys_for(judge, members):
    judge.begin(json.dumps({"keys": [{**key("ES256").as_dict(private=False), **members}]}))
    judge.refuses(plain(), "expected a key for ES256")


def refuses_private_keys(judge):
    judge.begin(json.dumps({"keys": [key("ES256").as_dict(private=True)]}))
    judge.refuses(plain(), "expected a key for ES256")


def refuses_without_kid_among_many(judge):
    judge.begin(public(*(key("ES256", str(i)) for i in range(5))))
    judge.accepts(sign(CLAIMS, key("ES256", "4"), "ES256", kid="4"))
    judge.refuses(sign(CLAIMS, key("ES256", "4"), "ES256", kid=None), "names its key by 'kid'")


def refuses_documents(judge, document):
    judge.begin(document)
    judge.refuses(plain(), "expected the keys of", code=AWAY)


# ---- keys that come and go ----

def web_issuer(judge, **members):
    judge.web.documents.clear()
    judge.web.asked.clear()
    return {"issuer": judge.web.url, "audience": AUD, **members}


def web_token(judge, kid="k", **claims):
    return sign({**CLAIMS, "iss": judge.web.url, **claims}, key("ES256", kid), "ES256", kid=kid)


def follows_discovery(judge):
    one = web_issuer(judge)
    judge.web.put("/.well-known/openid-configuration",
                  {"issuer": judge.web.url, "jwks_uri": judge.web.url + "/keys"})
    judge.web.put("/keys", public(key("ES256")))
    judge.trust(one)
    judge.at()
    judge.accepts(web_token(judge), "fetched=1")
    judge.accepts(web_token(judge), "fetched=0")
    expect(judge.web.asked == ["/.well-known/openid-configuration", "/keys"], "two documents",
           judge.web.asked)


def follows_rfc_8414(judge):
    one = web_issuer(judge)
    name = judge.web.url + "/tenant"
    judge.web.put("/.well-known/oauth-authorization-server/tenant",
                  {"issuer": name, "jwks_uri": judge.web.url + "/keys"})
    judge.web.put("/keys", public(key("ES256")))
    judge.trust({**one, "issuer": name})
    judge.at()
    judge.accepts(web_token(judge, iss=name))


def refuses_metadata(judge, metadata, reason):
    one = web_issuer(judge)
    judge.web.put("/.well-known/openid-configuration",
                  json.dumps(metadata).replace("WEB", judge.web.url))
    judge.web.put("/keys", public(key("ES256")))
    judge.trust(one)
    judge.at()
    judge.refuses(web_token(judge), reason, code=AWAY)


def follows_rotation(judge):
    one = web_issuer(judge, keys=judge.web.url + "/keys")
    judge.web.put("/keys", public(key("ES256", "old")), Cache_Control="max-age=600")
    judge.trust(one)
    judge.at()
    judge.accepts(web_token(judge, "old"), "fetched=1")
    judge.web.put("/keys", public(key("ES256", "new")), Cache_Control="max-age=600")
    judge.refuses(web_token(judge, "new"), "has no 'new'")  # asked less than 30 s ago
    judge.at(30)
    judge.accepts(web_token(judge, "new"), "fetched=1")
    judge.at(200)
    judge.accepts(web_token(judge, "old"), "fetched=0")  # the old set's max-age has not passed
    judge.at(280)
    judge.web.asked.clear()
    judge.refuses(web_token(judge, "none"), "has no 'none'")
    judge.at(309)
    judge.refuses(web_token(judge, "none"), "has no 'none'")
    expect(judge.web.asked == ["/keys"], "one fetch in 30 s", judge.web.asked)


def forgets_rotated_keys(judge):
    one = web_issuer(judge, keys=judge.web.url + "/keys")
    judge.web.put("/keys", public(key("ES256", "old")), Cache_Control="max-age=600")
    judge.trust(one)
    judge.at()
    judge.accepts(web_token(judge, "old"))
    judge.web.put("/keys", public(key("ES256", "new")))
    judge.at(30)
    judge.accepts(web_token(judge, "new"))
    judge.at(280)
    judge.accepts(web_token(judge, "old"))
    judge.at(600)
    judge.refuses(web_token(judge, "old", exp=NOW + 900), "has no 'old'")


def survives_an_outage(judge):
    one = web_issuer(judge, keys=judge.web.url + "/keys")
    judge.web.put("/keys", public(key("ES256")), Cache_Control="max-age=600")
    judge.trust(one)
    judge.at()
    judge.accepts(web_token(judge))
    judge.web.put("/keys", "", status=503)
    judge.at(600)
    judge.accepts(web_token(judge, exp=NOW + 9000))
    judge.at(600 + 3600)
    judge.refuses(web_token(judge, exp=NOW + 9000), "the answer 200", code=AWAY)


def refuses_answers(judge, status, headers, reason, body=None):
    one = web_issuer(judge, keys=judge.web.url + "/keys")
    judge.web.put("/keys", public(key("ES256")) if body is None else body, status=status,
                  **{name: value.replace("WEB", judge.web.url)
                     for name, value in headers.items()})
    judge.web.put("/elsewhere", public(key("ES256")))
    judge.trust(one)
    judge.at()
    judge.refuses(web_token(judge), reason, code=AWAY)
    expect("/elsewhere" not in judge.web.asked, "no redirect", judge.web.asked)


def asks_nobody_else(judge):
    """What a token says of where keys are is not looked at."""
    one = web_issuer(judge, keys=judge.web.url + "/keys")
    judge.web.put("/keys", public(key("ES256")))
    judge.trust(one)
    judge.at()
    for name in ("jku", "x5u"):
        text = sign({**CLAIMS, "iss": judge.web.url + "/evil"}, key("ES256"), "ES256",
                    {name: judge.web.url + "/evil"})
        judge.refuses(text, "issuer that is trusted")
    expect(judge.web.asked == [], "no request", judge.web.asked)


def checks_certificates_of_issuers(judge):
    for name, reason in (("server", None), ("stranger", "SSL"), ("misnamed", "SSL")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(judge.folder / f"{name}.pem", judge.folder / f"{name}.key")
        web = Web(context)
        web.put("/keys", public(key("ES256")))
        judge.trust({"issuer": ISS, "audience": AUD, "keys": web.url + "/keys"})
        judge.at()
        if reason is None:
            judge.accepts(plain())
        else:
            judge.refuses(plain(), reason, code=AWAY)
        web.shutdown()


def refuses_configurations(judge):
    for members in ({"issuer": "http://issuer.example"}, {"keys": "http://issuer.example/keys"},
                    {"issuer": ISS + "#a"}, {"audience": []}, {"algorithms": ["HS256"]},
                    {"issuer": "https://user@issuer.example"}, {"more": 1}):
        code, said = judge.trust({"issuer": ISS, "audience": AUD, **members})
        expect(code == "INVALID_ARGUMENT" and "expected" in said, "it to be refused", said)


METADATA = [
    ("of another issuer", {"issuer": "https://other.example", "jwks_uri": "WEB/keys"},
     "the one asked"),
    ("whose issuer has a slash more", {"issuer": "WEB/", "jwks_uri": "WEB/keys"},
     "the one asked"),
    ("without jwks_uri", {"issuer": "WEB"}, "jwks_uri"),
    ("that point to plain http", {"issuer": "WEB", "jwks_uri": "http://issuer.example/keys"},
     "jwks_uri"),
    ("that are too large", {"issuer": "WEB", "jwks_uri": "WEB/keys", "more": "x" * 70000},
     "at most 65536 bytes"),
    ("that point to a file", {"issuer": "WEB", "jwks_uri": "file:/etc/passwd"}, "jwks_uri"),
]
ANSWERS = [
    ("a redirect", 302, {"Location": "WEB/elsewhere"}, "nobody is sent elsewhere"),
    ("not found", 404, {}, "the answer is 404"),
    ("an error", 500, {}, "the answer 200"),
    ("a page", 200, {}, "expected an object", "<html></html>"),
    ("header fields without end", 200, {f"Cache-Control{i}": "x" * 900 for i in range(90)},
     "at most 262144 bytes"),
    ("too much", 200, {}, "at most 262144 bytes", " " * 300000),
]


def checks():
    for case in (accepts_key_set_of_many, refuses_small_rsa, refuses_weak_exponent,
                 refuses_points_off_the_curve, refuses_private_keys,
                 refuses_without_kid_among_many, follows_discovery, follows_rfc_8414,
                 follows_rotation, forgets_rotated_keys, survives_an_outage, asks_nobody_else,
                 checks_certificates_of_issuers, refuses_configurations):
        yield case.__name__.replace("_", " "), case
    for members in ({"use": "enc"}, {"key_ops": ["encrypt"]}, {"alg": "ES384"}, {"kid": "x"}):
        yield f"refuses a key with {members}", refuses_keys_for, members
    for document in ("", "{}", "[]", '{"keys":{}}', '{"keys":[],"keys":[]}', '{"keys":[1]}',
                     '{"keys":[' + ",".join(["{}"] * 65) + "]}"):
        yield f"refuses the key set {document[:30]!r}", refuses_documents, document
    for name, metadata, reason in METADATA:
        yield f"refuses metadata {name}", refuses_metadata, metadata, reason
    for name, status, headers, reason, *body in ANSWERS:
        yield f"refuses keys from {name}", refuses_answers, status, headers, reason, *body
