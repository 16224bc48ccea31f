#!/usr/bin/env python3
"""The rules of CONTRIBUTING.md that a machine can check.

    tests/tidy/tidy.py [--gen DIR] [FILE...]

Looks at every file git knows or would add; with FILE tells of those only. DIR holds the generated
protobuf headers (default: the newest build/*/gen). Prints `file:line: rule: what was expected` per
breach and, at the end, `N passed, N failed, N skipped`, where one test is one rule. Exit code 1
when a rule is broken.

Each rule is a function from the tree to breaches; RULES lists them. test_tidy.py shows each of them
a tree that breaks it, so that a rule which finds nothing is known to be awake.
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import declaration_rules
import proto_rules
from source import Breach, Tree

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
TEST_LINES_MAX = 30
FILE_LINES_MAX = 500
TOLD_MAX = 3
CORES = os.cpu_count() or 1
TABBED = (".go", "go.mod", "/exceptions")  # Go's own form; lists of tests that name inputs

# Who may include whom; a folder may always include itself, and all but base the generated messages.
CORE = {"base", "pb", "auth", "cel", "schema", "domain", "evlog", "store", "model", "rpc", "api",
        "metrics", "trace", "keyring", "yaml"}
INCLUDES = {
    "base": set(),
    "pb": {"base"},
    "keyring": {"base", "pb"},
    "auth": {"base", "pb", "keyring"},
    "evlog": {"base"},
    "store": {"base"},
    "cel": {"base", "pb"},
    "schema": {"base", "pb", "cel"},
    "domain": {"base", "pb", "cel", "schema"},
    "rpc": {"base", "pb"},
    "metrics": {"base"},
    "trace": {"base"},
    "yaml": {"base"},
    "api": {"base", "pb", "domain", "rpc"},
    "model": {"base", "pb", "domain", "store"},
    "writers": CORE,
    "projectors": CORE,
    "query": CORE,
    "replay": CORE,
    "reactors": CORE,
    "ops": None,  # None: everything
    "tests": None,
    "examples": None,
}
# Single headers of another folder that a folder may include: model reads evlog's records
# through the port, and knows no backend.
INCLUDES_ALSO = {"model": re.compile(r"core/evlog/(record|chain|evlog)\.h$")}
# The areas of core/domain: each may include itself and those before it; decide.h, the door, stands
# above all. Outside only the door and DOORS may be included, never a kind.
AREAS = ("registry", "kernel", "directory", "check", "feed", "access", "org", "policy", "resource",
         "choice", "staffing", "catalog", "contract", "work", "execution", "gateway")
DOORS = {"registry", "kernel", "check", "feed"}
DOOR_FILES = {"core/domain/decide.h", "core/domain/elapse.h"}
# Libraries and the rooms, or folders of core/, they stay in.
LIBRARIES = {
    "rocksdb/": {"store", "evlog"},
    "librdkafka/": {"evlog"},
    "openssl/": {"base", "store", "auth", "rpc/transport"},
    "curl/": {"auth", "ops/telemetry", "ops/ctl"},
    "bsd/": {"base", "store"},
    "event2/": {"rpc/transport"},
    "nghttp2/": {"rpc/http"},
    "llhttp.h": {"rpc/http"},
    "zlib.h": {"rpc/protocol"},
    "zstd.h": {"replay", "rpc/protocol"},
    "protobuf-c/": {"pb", "cel", "domain", "model", "rpc"},
}

# Where Debian's node-llhttp has its header, which no compiler looks for.
LLHTTP = ("-isystem", "/usr/share/include/llhttp", "-DLLHTTP_STRICT_MODE=1")

ALLOCATION = {"malloc", "calloc", "realloc", "reallocarray", "free", "strdup", "strndup",
              "asprintf", "vasprintf", "aligned_alloc", "posix_memalign"}
UNBOUNDED = {"strcpy", "strcat", "stpcpy", "sprintf", "vsprintf", "gets", "strtok", "alloca",
             "atoi", "atol", "atoll", "atof"}
OUTSIDE = {"time", "clock_gettime", "gettimeofday", "localtime", "localtime_r", "rand", "srand",
           "random", "srandom", "rand_r", "getrandom", "arc4random", "getenv", "secure_getenv",
           "setlocale"}
# base holds the ports to the outside, ops the mains.
OUTSIDE_ROOMS = {"base", "ops", "tests"}


def words(names):
    return re.compile(r"(?<![\w.>])(" + "|".join(sorted(names)) + r")\s*\(")


ALLOCATION_CALL, UNBOUNDED_CALL, OUTSIDE_CALL = words(ALLOCATION), words(UNBOUNDED), words(OUTSIDE)


def rule_columns(tree):
    for file in tree.c_files + tree.protos + tree.scripts:
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS_MAX and "http" not in line:
                yield Breach(file, number,
                             f"expected at most {COLUMNS_MAX} columns, not {len(line)}")


def rule_file_lines(tree):
    for file in tree.c_files + tree.scripts:
        if len(file.lines) > FILE_LINES_MAX:
            yield Breach(file, 1, f"expected at most {FILE_LINES_MAX} lines, not {len(file.lines)}")


def functions(file):
    """(line, head, lines of the body) of each function: in our format a body opens with a brace
    alone in the first column."""
    start = None
    for number, line in enumerate(file.lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start, file.lines[start - 2], number - start - 1
            start = None


def rule_function_lines(tree):
    for file in tree.c_files:
        for number, head, size in functions(file):
            limit = TEST_LINES_MAX if head.startswith("TEST(") else FUNCTION_LINES_MAX
            if size > limit:
                yield Breach(file, number, f"expected a body of at most {limit} lines, not {size}")


def rule_must_use(tree):
    """In headers; status_ok() is a value."""
    for file in tree.c_files:
        for number, line in enumerate(file.lines, 1):
            declared = re.match(r"(?:static inline )?struct status (\w+)\(", line)
            if file.name.endswith(".h") and declared and declared[1] != "status_ok":
                yield Breach(file, number, f"expected MUST_USE before {declared[1]}()")


def rule_typedefs(tree):
    for file in tree.c_files:
        for number, line in enumerate(file.code, 1):
            if re.match(r"\s*typedef\s+(?:struct|enum|union)\b[^(]*$", line):
                yield Breach(file, number, "expected 'struct x', not a second name for it")


def rule_whitespace(tree):
    for file in tree.texts:
        for number, line in enumerate(file.lines, 1):
            if line != line.rstrip() or ("\t" in line and not file.name.endswith(TABBED)):
                yield Breach(file, number, "expected no tab and no space at the end")


def rule_includes(tree):
    for file in tree.c_files:
        room = file.room
        for number, target, system in file.includes():
            expected = include_breach(room, target, system, file.name)
            if expected is not None:
                yield Breach(file, number, expected)


def include_breach(room, target, system, name):
    """What was expected of an include of `target` from file `name` of `room`; None when it is
    allowed."""
    if room not in INCLUDES:
        return f"expected a folder of the include table, not '{room}'"
    allowed = INCLUDES[room]
    if allowed is None:
        return None
    if target.endswith(".pb-c.h"):
        return "expected no generated messages in base" if room == "base" else None
    if system:
        for library, rooms in LIBRARIES.items():
            homes = (room, name.rsplit("/", 1)[0].removeprefix("core/"))
            if target.startswith(library) and rooms.isdisjoint(homes):
                return f"expected '{library}' only in {', '.join(sorted(rooms))}"
        return None
    if "/" not in target:
        return f"expected a path from the root, not '{target}'"
    parts = target.split("/")
    other = parts[1] if parts[0] == "core" else parts[0]
    also = INCLUDES_ALSO.get(room)
    if other == room or other in allowed or (also and also.search(target)):
        return None
    choice = ", ".join(sorted(allowed)) or "nothing of ours"
    return f"expected {room} to include {choice}, not '{target}'"


def rule_areas(tree):
    for file in tree.c_files:
        area = area_of(file.name)
        if area is not None and area not in AREAS + ("",):
            yield Breach(file, 1, f"expected an area of {', '.join(AREAS)}, not '{area}'")
            continue
        for number, target, _ in file.includes():
            expected = area_breach(file, area, target)
            if expected is not None:
                yield Breach(file, number, expected)


def area_of(name):
    """The area of a file of core/domain, '' for the door itself; None for what lies elsewhere."""
    parts = name.split("/")
    return "/".join(parts[2:-1]) if parts[:2] == ["core", "domain"] else None


def area_breach(file, area, target):
    """What was expected of an include of a file; None when it is allowed."""
    other = area_of(target)
    if other is None or file.room == "tests" or area == "":
        return None
    if area is None:
        return None if other in DOORS or target in DOOR_FILES else (
            f"expected decide.h or one of {', '.join(sorted(DOORS))}, not a kind of '{other}'")
    if other in AREAS[:AREAS.index(area) + 1]:
        return None
    return f"expected {area} to include areas before it, not '{other or 'decide.h'}'"


def rule_calls(tree):
    for file in tree.c_files:
        product = file.room != "tests"
        for number, line in enumerate(file.code, 1):
            if line.lstrip().startswith("#include"):
                continue
            for match in UNBOUNDED_CALL.finditer(line):
                yield Breach(file, number, f"expected a bounded call, not {match[1]}()")
            if product and file.room != "base":
                for match in ALLOCATION_CALL.finditer(line):
                    yield Breach(file, number, f"expected base's memory, not {match[1]}()")
            if file.room not in OUTSIDE_ROOMS:
                for match in OUTSIDE_CALL.finditer(line):
                    yield Breach(file, number, f"expected a port or a value, not {match[1]}()")


MARKS = re.compile(r"\b(" + "|".join(["TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK"]) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:" + "|".join(["work", "root", "home"]) + r")/")


def rule_marks(tree):
    for file in tree.texts:
        for number, line in enumerate(file.lines, 1):
            if (match := MARKS.search(line)):
                yield Breach(file, number, f"expected finished work, not {match[1]}")


def rule_machine_paths(tree):
    for file in tree.texts:
        for number, line in enumerate(file.lines, 1):
            if MACHINE_PATHS.search(line):
                yield Breach(file, number, "expected no path of one machine")


def rule_dead_code(tree):
    for file in tree.c_files:
        for number, line in enumerate(file.code, 1):
            if re.match(r"\s*#\s*if\s+(0|1)\b", line):
                yield Breach(file, number, "expected code that is built or deleted")


def rule_dead_files(tree):
    """A header nobody includes, or a source file that no CMake glob takes in."""
    included = {target for file in tree.c_files for _, target, _ in file.includes()}
    for file in tree.c_files:
        if file.name.endswith(".h") and file.name not in included:
            yield Breach(file, 1, "expected somebody to include this header")
    cmake = tree.text("CMakeLists.txt")
    libraries = set(re.findall(r"^agency_library\((\S+)", cmake, re.M))
    cmake = tree.text("tests/CMakeLists.txt")
    names = {word: set(" ".join(re.findall(rf"foreach\({word} ([^)]*)\)", cmake)).split())
             for word in ("suite", "program")}
    suites = {"test_": names["suite"] | {"unit/ROOM"}, "fuzz_": {"fuzz"}, "bench_": {"bench"},
              "": names["program"]}  # a program is made of all files of its folder
    for file in tree.c_files:
        if file.name.endswith(".c") and not built(file.name, libraries, suites):
            yield Breach(file, 1, "expected a folder and name that CMake builds")


def built(name, libraries, suites):
    folder, base = name.rsplit("/", 1) if "/" in name else ("", name)
    if any((folder + "/").startswith(library + "/") for library in libraries):
        return True
    if folder == "tests/lib" or name == "tests/fuzz/driver.c":
        return True
    if folder.startswith("tests/"):
        suite = re.sub(r"^unit/\w+$", "unit/ROOM", folder[len("tests/"):])
        prefix = {"fuzz": "fuzz_", "bench": "bench_"}.get(suite, "test_")
        return suite in suites.get(prefix, ()) and base.startswith(prefix) or suite in suites[""]
    return folder.startswith("examples/")


def rule_guards(tree):
    for file in tree.c_files:
        if not file.name.endswith(".h"):
            continue
        guard = re.sub(r"[/.-]", "_", file.name).upper()
        for word in ("ifndef", "define"):
            if not re.search(rf"^#{word} {guard}$", "\n".join(file.lines), re.M):
                yield Breach(file, 1, f"expected '#{word} {guard}'")
                break


def rule_headers_alone(tree):
    headers = [file for file in tree.c_files if file.name.endswith(".h")]
    if headers and tree.gen is None:
        yield "no build/*/gen: build once"
        return
    with ThreadPoolExecutor(CORES) as pool:
        for file, error in zip(headers, pool.map(lambda file: compiles(tree, file), headers)):
            if error:
                yield Breach(file, 1, f"expected a header that compiles alone: {error}")


def compiles(tree, file):
    done = subprocess.run(
        ["cc", "-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
         f"-I{tree.root}", "-isystem", str(tree.gen), *LLHTTP, "-DSOURCE_DIR=\".\"", "-x", "c",
         "-"],
        input=f'#include "{file.name}"\n', capture_output=True, text=True, cwd=tree.root)
    return done.stderr.strip().splitlines()[0] if done.returncode else None


def rule_format(tree):
    if not tree.c_files:
        return
    if shutil.which("clang-format") is None:
        yield "clang-format is not installed (ops/setup --tests)"
        return
    names = [file.name for file in tree.c_files]
    by_name = {file.name: file for file in tree.c_files}
    with ThreadPoolExecutor(CORES) as pool:
        told = pool.map(lambda core: misformed(tree, names[core::CORES]), range(CORES))
        for match in re.finditer(r"^(\S+?):(\d+):\d+: error", "".join(told), re.M):
            yield Breach(by_name[match[1]], int(match[2]),
                         "expected the form that clang-format gives")


def misformed(tree, names):
    if not names:
        return ""
    return subprocess.run(["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", *names],
                          cwd=tree.root, capture_output=True, text=True).stderr


def rule_scripts(tree):
    for file in tree.scripts:
        if file.lines and file.lines[0].startswith("#!") and "bash" in file.lines[0]:
            if not any(line.startswith("set -euo pipefail") for line in file.lines[:40]):
                yield Breach(file, 1, "expected 'set -euo pipefail'")


def rule_executable(tree):
    for file in tree.texts:
        begins = file.lines and file.lines[0].startswith("#!")
        if begins and not os.access(tree.root / file.name, os.X_OK):
            yield Breach(file, 1, "expected a file that begins with '#!' to be executable")


RULES = {
    "columns": rule_columns,
    "file-lines": rule_file_lines,
    "function-lines": rule_function_lines,
    "must-use": rule_must_use,
    "typedefs": rule_typedefs,
    "whitespace": rule_whitespace,
    "includes": rule_includes,
    "areas": rule_areas,
    "calls": rule_calls,
    "marks": rule_marks,
    "machine-paths": rule_machine_paths,
    "dead-code": rule_dead_code,
    "dead-files": rule_dead_files,
    "guards": rule_guards,
    "headers-alone": rule_headers_alone,
    "format": rule_format,
    "scripts": rule_scripts,
    "executable": rule_executable,
    **declaration_rules.RULES,
    **proto_rules.RULES,
}


# These wait for other programs, and the rest is looked at meanwhile.
WAITING = ("headers-alone", "format")


def found_by_rule(tree):
    """What each rule finds, in the order of RULES."""
    with ThreadPoolExecutor(len(WAITING)) as pool:
        waiting = {name: pool.submit(lambda rule: list(rule(tree)), RULES[name])
                   for name in WAITING}
        found = {name: list(rule(tree)) for name, rule in RULES.items() if name not in WAITING}
        found |= {name: future.result() for name, future in waiting.items()}
    return {name: found[name] for name in RULES}


def tell(name, breaches):
    """At most TOLD_MAX breaches of a rule per file: the rest is of the same kind."""
    counts = collections.Counter()
    for breach in breaches:
        counts[breach.file.name] += 1
        if counts[breach.file.name] <= TOLD_MAX:
            print(f"{breach.file.name}:{breach.line}: {name}: {breach.expected}")
    for file, count in counts.items():
        if count > TOLD_MAX:
            print(f"{file}: {name}: and {count - TOLD_MAX} more")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gen", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    tree = Tree(root, gen=options.gen)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, found in found_by_rule(tree).items():
        breaches = [breach for breach in found if isinstance(breach, Breach)
                    and (not options.files or breach.file.name in options.files)]
        tell(name, breaches)
        for reason in found:
            if isinstance(reason, str):
                print(f"skipped {name}: {reason}")
        counts["failed" if breaches else "skipped" if found else "passed"] += 1
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
