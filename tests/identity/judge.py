"""The program under test, and a token that is right until a check changes it."""

import json
import pathlib
import subprocess
import sys

from issuer import NOW, Web, key, public, sign

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))
from cases import expect  # noqa: E402

ISS, AUD = "https://issuer.example", "https://grid.example/orgs/o"
CLAIMS = {"iss": ISS, "aud": AUD, "sub": "ada", "exp": NOW + 300, "iat": NOW,
          "client_id": "app", "jti": "1"}
REFUSED, AWAY = "UNAUTHENTICATED", "UNAVAILABLE"


class Judge:
    """The program, and where its issuers' keys lie."""

    def __init__(self, program, folder):
        self.folder = folder
        self.web = Web()
        self.process = subprocess.Popen(
            [program, str(folder / "ca.pem")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        answer = self.process.stdout.readline().rstrip("\n")
        expect(answer, "an answer", self.process.poll())
        code, _, text = answer.partition(" ")
        return code, text

    def at(self, later=0):
        return self.ask(f"at {NOW + later} {1000 + later}")

    def trust(self, *issuers):
        return self.ask("issuers " + json.dumps({"issuers": list(issuers)}))

    def begin(self, keys=None, **members):
        """One issuer is trusted, whose keys lie in a file."""
        file = self.folder / "keys.json"
        file.write_text(keys if keys is not None else public(key("ES256"), key("RS")))
        code, text = self.trust({"issuer": ISS, "audience": AUD, "keys": f"file:{file}",
                                 **members})
        expect(code == "ok", "the issuer to be taken", text)
        self.at()

    def token(self, text, der=b""):
        data = text.encode() if isinstance(text, str) else text
        return self.ask(f"token {data.hex()} {der.hex()}")

    def accepts(self, text, *found, der=b""):
        code, said = self.token(text, der)
        expect(code == "ok", "the token to be accepted", f"{code} {said}")
        for part in found:
            expect(f" {part} " in f" {said} ", part, said)
        return said

    def refuses(self, text, reason, der=b"", code=REFUSED):
        got, said = self.token(text, der)
        expect(got == code and reason in said, f"{code} because of '{reason}'", f"{got} {said}")


def plain(**claims):
    """A token that is right, but for these claims; None leaves one out."""
    claims = {**CLAIMS, **claims}
    return sign({name: value for name, value in claims.items() if value is not None},
                key("ES256"), "ES256")
