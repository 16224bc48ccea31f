#!/usr/bin/env python3
"""Tokens, keys and certificates that others make, judged by core/auth.

    tests/identity/identity.py PROGRAM

A check is named by what is accepted or refused; a refusal must come for the reason that it is
about.
"""

import pathlib
import sys
import tempfile
import warnings

import certificates
import keys
import tokens
from judge import Judge

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cases import run_case  # noqa: E402

warnings.filterwarnings("ignore")  # joserfc thinks ill of EdDSA and none, which are tested here


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        certificates.write_certificates(folder)
        judge = Judge(sys.argv[1], folder)
        for title, case, *given in (*tokens.checks(), *keys.checks(), *certificates.checks()):
            good = run_case(title, case, judge, *given)
            passed, failed = passed + good, failed + (not good)
        judge.process.stdin.close()
        if judge.process.wait() != 0:
            print("FAILED the program ended badly")
            failed += 1
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
