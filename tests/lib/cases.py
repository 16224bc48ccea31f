"""What suites in Python share: to expect, to run a case, and to tell how all ended."""

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


def totals(passed):
    """The last line of a suite, and its exit code."""
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed, 0 skipped")
    return int(not all(passed))
