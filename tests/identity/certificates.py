"""Certificates of clients, tokens bound to them, and what SPIFFE makes of both."""

import base64
import datetime
import ipaddress
import json
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from issuer import NOW, b64, key, sign
from judge import AUD, REFUSED, expect, plain

SPIFFE = "spiffe://example.org/ns/a"


# ---- certificates ----

def certificate(names, signer=None, ca=False, usage=("digital_signature",), subject="client"):
    """(private key, certificate); signed by itself without a signer."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    flags = {flag: flag in usage for flag in (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")}
    builder = (x509.CertificateBuilder().subject_name(name)
               .issuer_name(signer[1].subject if signer else name)
               .public_key(private.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=9))
               .add_extension(x509.BasicConstraints(ca, None), True))
    if usage:
        builder = builder.add_extension(x509.KeyUsage(**flags), True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    return private, builder.sign(signer[0] if signer else private, hashes.SHA256())


def der(made):
    return made[1].public_bytes(serialization.Encoding.DER)


def uri(text):
    return x509.UniformResourceIdentifier(text)


def accepts_svid(judge):
    code, said = judge.ask("certificate " + der(certificate([uri(SPIFFE)])).hex())
    expect((code, said) == ("ok", SPIFFE), SPIFFE, said)
    both = certificate([uri(SPIFFE), x509.DNSName("a.example")])
    expect(judge.ask("certificate " + der(both).hex()) == ("ok", SPIFFE), SPIFFE)
    named = certificate([x509.DNSName("a.example")], usage=())
    expect(judge.ask("certificate " + der(named).hex()) == ("ok", "DNS:a.example"), "the host")


CERTIFICATES = [
    ("two URIs", {"names": [uri(SPIFFE), uri(SPIFFE + "/b")]}, "several"),
    ("an authority", {"names": [uri(SPIFFE)], "ca": True,
                      "usage": ("digital_signature", "key_cert_sign")}, "leaf"),
    ("no digitalSignature", {"names": [uri(SPIFFE)], "usage": ("key_encipherment",)},
     "digitalSignature"),
    ("no key usage", {"names": [uri(SPIFFE)], "usage": ()}, "digitalSignature"),
    ("keyCertSign", {"names": [uri(SPIFFE)], "usage": ("digital_signature", "key_cert_sign")},
     "keyCertSign"),
    ("cRLSign", {"names": [uri(SPIFFE)], "usage": ("digital_signature", "crl_sign")}, "cRLSign"),
    ("no path", {"names": [uri("spiffe://example.org")]}, "path"),
    ("a capital letter", {"names": [uri("spiffe://Example.org/a")]}, "trust domain"),
    ("a port", {"names": [uri("spiffe://example.org:1/a")]}, "trust domain"),
    ("a user", {"names": [uri("spiffe://u@example.org/a")]}, "trust domain"),
    ("a query", {"names": [uri("spiffe://example.org/a?b")]}, "segments"),
    ("a fragment", {"names": [uri("spiffe://example.org/a#b")]}, "segments"),
    ("a percent sign", {"names": [uri("spiffe://example.org/%61")]}, "segments"),
    ("a slash at the end", {"names": [uri("spiffe://example.org/a/")]}, "segments"),
    ("dots", {"names": [uri("spiffe://example.org/a/../b")]}, "segments"),
    ("2,049 bytes", {"names": [uri("spiffe://example.org/" + "a" * 2028)]}, "2048"),
    ("no name", {"names": []}, "alternative name"),
    ("two hosts", {"names": [x509.DNSName("a"), x509.DNSName("b")]}, "several"),
    ("an address alone", {"names": [x509.IPAddress(ipaddress.ip_address("10.0.0.1"))]},
     "alternative name"),
]


def refuses_certificate(judge, members, reason):
    code, said = judge.ask("certificate " + der(certificate(**members)).hex())
    expect(code == REFUSED and reason in said, f"a refusal because of '{reason}'", said)


def pem(made):
    return made[1].public_bytes(serialization.Encoding.PEM)


def bundle(made):
    text = base64.b64encode(der(made)).decode()
    return json.dumps({"keys": [{"use": "x509-svid", "kty": "EC", "x5c": [text]}]}).encode()


def keeps_authorities_apart(judge):
    """A trust domain's from its bundle, another's and those of hosts in PEM; one between."""
    usage = ("key_cert_sign",)
    ours, theirs, hosts = (certificate([], ca=True, usage=usage, subject=name)
                           for name in ("ours", "theirs", "hosts"))
    between = certificate([], ours, ca=True, usage=usage, subject="between")
    judge.ask(f"at {int(time.time())} 1")
    for domain, text in (("example.org", bundle(ours)), ("other.org", pem(theirs)),
                         ("-", pem(hosts))):
        expect(judge.ask(f"authorities {domain} {text.hex()}")[0] == "ok", "authorities")
    host = [x509.DNSName("host.example")]
    for signer, names, chain, good in (
            (ours, [uri(SPIFFE)], [], True), (between, [uri(SPIFFE)], [between], True),
            (between, [uri(SPIFFE)], [], False), (theirs, [uri(SPIFFE)], [], False),
            (hosts, [uri(SPIFFE)], [], False), (hosts, host, [], True), (ours, host, [], False),
            (None, [uri(SPIFFE)], [], False)):
        shown = [certificate(names, signer), *chain]
        code, said = judge.ask("client " + " ".join(der(one).hex() for one in shown))
        expect((code == "ok") == good and (good or "authority that is trusted" in said),
               "a certificate of the right authority alone", (signer, code, said))


def checks_bound_tokens(judge):
    mine, other = der(certificate([uri(SPIFFE)])), der(certificate([uri(SPIFFE)]))
    print_of = hashes.Hash(hashes.SHA256())
    print_of.update(mine)
    text = plain(cnf={"x5t#S256": b64(print_of.finalize())})
    judge.begin()
    judge.accepts(text, "bound", der=mine)
    judge.refuses(text, "has another", der=other)
    judge.refuses(text, "has none")


# ---- JWT-SVIDs ----

def svid_begin(judge, **members):
    keys = {"keys": [{**key("ES256").as_dict(private=False), "use": "jwt-svid"},
                     {**key("Ed").as_dict(private=False), "use": "jwt-svid"},
                     {**key("ES384").as_dict(private=False), "use": "x509-svid"},
                     key("ES512").as_dict(private=False)],
            "spiffe_sequence": 1, "spiffe_refresh_hint": 300}
    (judge.folder / "bundle.json").write_text(json.dumps(keys))
    judge.trust({"trust_domain": "example.org", "audience": AUD,
                 "keys": f"file:{judge.folder}/bundle.json", **members})
    judge.at()


SVID = {"sub": SPIFFE, "aud": AUD, "exp": NOW + 300}


def accepts_jwt_svid(judge):
    svid_begin(judge)
    for header in ({}, {"typ": "JWT"}, {"typ": "JOSE"}):
        judge.accepts(sign(SVID, key("ES256"), "ES256", header), f"caller={SPIFFE}")
    judge.accepts(sign(SVID, key("ES256"), "ES256", kid=None))


SVIDS = [
    ("another trust domain", lambda: sign({**SVID, "sub": "spiffe://other.org/a"}, key("ES256"),
                                          "ES256"), "issuer that is trusted"),
    ("the trust domain itself", lambda: sign({**SVID, "sub": "spiffe://example.org"},
                                             key("ES256"), "ES256"), "workload"),
    ("no SPIFFE ID", lambda: sign({**SVID, "sub": "ada"}, key("ES256"), "ES256"),
     "issuer that is trusted"),
    ("EdDSA", lambda: sign(SVID, key("Ed"), "EdDSA"), "JWT-SVID signed by"),
    ("an X.509 anchor's key", lambda: sign(SVID, key("ES384"), "ES384"), "expected a key"),
    ("a key that does not say its use", lambda: sign(SVID, key("ES512"), "ES512"),
     "expected a key"),
    ("typ at+jwt", lambda: sign(SVID, key("ES256"), "ES256", {"typ": "at+jwt"}), "JWT or JOSE"),
    ("typ in small letters", lambda: sign(SVID, key("ES256"), "ES256", {"typ": "jwt"}),
     "JWT or JOSE"),
    ("another header", lambda: sign(SVID, key("ES256"), "ES256", {"cty": "JWT"}), "no header but"),
    ("no aud", lambda: sign({**SVID, "aud": None}, key("ES256"), "ES256"), "'aud'"),
    ("no exp", lambda: sign({"sub": SPIFFE, "aud": AUD}, key("ES256"), "ES256"), "'exp'"),
    ("act", lambda: sign({**SVID, "act": {"sub": "a"}}, key("ES256"), "ES256"), "without 'act'"),
]


def refuses_jwt_svid(judge, make, reason):
    svid_begin(judge)
    judge.refuses(make(), reason)


def write_certificates(folder):
    """An authority that is trusted, and servers: of it, of nobody, and of another name."""
    authority = certificate([], ca=True, usage=("key_cert_sign",), subject="authority")
    here = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    servers = {"ca": authority, "server": certificate(here, authority),
               "stranger": certificate(here),
               "misnamed": certificate([x509.DNSName("other.example")], authority)}
    for name, (private, made) in servers.items():
        (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))


def checks():
    for case in (accepts_svid, accepts_jwt_svid, keeps_authorities_apart, checks_bound_tokens):
        yield case.__name__.replace("_", " "), case
    for name, members, reason in CERTIFICATES:
        yield f"refuses a certificate with {name}", refuses_certificate, members, reason
    for name, make, reason in SVIDS:
        yield f"refuses a JWT-SVID with {name}", refuses_jwt_svid, make, reason
