"""What suites in Python share: to expect, and to run a case and tell how it ended."""

import subprocess


class Fault(Exception):
    """Something expected is not so."""


def expect(truth, wanted, found=""):
    if not truth:
        raise Fault(f"expected {wanted}, but it is {str(found)[-1500:]}")


def run_case(name, case, *given):
    """True if it passed."""
    try:
        case(*given)
    except (Fault, subprocess.SubprocessError, LookupError, ValueError) as fault:
        print(f"FAILED {name}: {fault!r}"[:2500])
        return False
    return True
