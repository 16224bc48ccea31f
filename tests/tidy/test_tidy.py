#!/usr/bin/env python3
"""Shows each rule of tidy a tree that breaks it, and one that does not."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy  # noqa: E402
from source import Tree  # noqa: E402

HEADER = "#ifndef CORE_{0}_H\n#define CORE_{0}_H\n{1}\n#endif\n"
PROTO = 'syntax = "proto3";\npackage agency.v1;\n{0}\n'
MESSAGE = PROTO.format("message A {{\n  {0}\n}}")
ENUM = PROTO.format("enum RoleKind {{\n  {0}\n}}")
LONG_FUNCTION = "int f(void)\n{\n" + "    ;\n" * 71 + "}\n"
LONG_TEST = "TEST(a, is)\n{\n" + "    ;\n" * 31 + "}\n"

# rule: (file, text, line of the breach)
BROKEN = [
    ("columns", "core/base/a.c", "/*\n" + "x" * 101 + " */\n", 2),
    ("file-lines", "core/base/a.c", "\n" * 501, 1),
    ("function-lines", "core/base/a.c", LONG_FUNCTION, 2),
    ("function-lines", "tests/unit/test_a.c", LONG_TEST, 2),
    ("must-use", "core/base/a.h", "struct status a_b(void);\n", 1),
    ("typedefs", "core/base/a.h", "typedef struct a a_t;\n", 1),
    ("whitespace", "README.md", "a \nb\n", 1),
    ("includes", "core/base/a.c", '#include "core/pb/json.h"\n', 1),
    ("includes", "core/base/a.c", '#include "agency/v1/role.pb-c.h"\n', 1),
    ("includes", "core/domain/a.c", '#include "core/store/store.h"\n', 1),
    ("includes", "core/model/a.c", '#include "core/evlog/local.h"\n', 1),
    ("includes", "writers/a.c", '#include "projectors/fold.h"\n', 1),
    ("includes", "core/domain/a.c", "#include <rocksdb/c.h>\n", 1),
    ("includes", "core/base/a.c", '#include "str.h"\n', 1),
    ("includes", "core/rpc/call.c", "#include <event2/event.h>\n", 1),
    ("includes", "core/rpc/transport/loop.c", "#include <nghttp2/nghttp2.h>\n", 1),
    ("includes", "misc/a.c", '#include "core/base/str.h"\n', 1),
    ("areas", "core/domain/kernel/a.c", '#include "core/domain/access/role_type.h"\n', 1),
    ("areas", "core/domain/org/a.c", '#include "core/domain/decide.h"\n', 1),
    ("areas", "core/domain/misc/a.c", "int x;\n", 1),
    ("areas", "core/model/a.c", '#include "core/domain/access/role_type.h"\n', 1),
    ("areas", "writers/a.c", '#include "core/domain/own.h"\n', 1),
    ("areas", "ops/a.c", '#include "core/domain/access/role_type.h"\n', 1),
    ("calls", "ops/a.c", "int x = sprintf(b, s);\n", 1),
    ("calls", "core/pb/a.c", "\nvoid *p = malloc(3);\n", 2),
    ("calls", "core/domain/a.c", "long t = time(0);\n", 1),
    ("marks", "README.md", "TO" "DO: more\n", 1),
    ("machine-paths", "README.md", "see /wo" "rk/main\n", 1),
    ("dead-code", "core/base/a.c", "#if 0\n#endif\n", 1),
    ("dead-files", "core/base/a.h", HEADER.format("BASE_A", ""), 1),
    ("dead-files", "core/nowhere/a.c", "int x;\n", 1),
    ("dead-files", "tests/unit/test_a.c", "int x;\n", 1),
    ("dead-files", "tests/unit/base/a.c", "int x;\n", 1),
    ("dead-declarations", "core/base/a.h", "int a_b(int c);\n", 1),
    ("guards", "core/base/a.h", HEADER.format("BASE_B", ""), 1),
    ("headers-alone", "core/base/a.h", HEADER.format("BASE_A", "size_t f(void);"), 1),
    ("format", "core/base/a.c", "int   x;\n", 1),
    ("scripts", "ops/a", "#!/usr/bin/env bash\necho\n", 1),
    ("executable", "tests/a.py", "#!/usr/bin/env python3\n", 1),
    ("proto-comments", "proto/a.proto", MESSAGE.format("string id = 1;"), 4),
    ("proto-labels", "proto/a.proto", MESSAGE.format("optional int32 a = 1; // A"), 4),
    ("proto-labels", "proto/a.proto", MESSAGE.format("map<string, int32> a = 1;"), 4),
    ("proto-zero", "proto/a.proto", ENUM.format("ROLE_KIND_A = 0;"), 4),
    ("proto-names", "proto/a.proto", MESSAGE.format("string roleId = 1;"), 4),
    ("proto-names", "proto/a.proto", 'syntax = "proto3";\n', 1),
]

# (rule, file, text) that look like a breach and are none.
SOUND = [
    ("calls", "core/pb/a.c", '/* never malloc(3) */ const char *a = "sprintf(b)";\n'),
    ("calls", "core/base/memory.c", "void *p = malloc(3);\n"),
    ("calls", "core/pb/a.c", "a->free(b);\nc.time(d);\narena_free(e);\n"),
    ("must-use", "core/base/a.h", "MUST_USE struct status a_b(void);\n"),
    ("dead-declarations", "core/base/a.h", "int a_b(int c);\n#define A(c) a_b(c)\n"),
    ("dead-declarations", "core/base/a.h", "int a_b(int c);\n#define A(c) a_##c(1)\n"),
    ("dead-declarations", "core/base/a.h", "static inline int a_b(int c)\n{\n}\n"),
    ("typedefs", "core/base/a.h", "typedef struct status a_function(void);\n"),
    ("includes", "core/model/a.c", '#include "core/evlog/record.h"\n#include <stdio.h>\n'),
    ("includes", "core/rpc/transport/a.c", "#include <event2/event.h>\n"),
    ("includes", "writers/a.c", '#include "core/model/view.h"\n#include "writers/decider.h"\n'),
    ("areas", "core/domain/org/a.c", '#include "core/domain/access/role_type.h"\n'),
    ("areas", "core/domain/decide.c", '#include "core/domain/org/org.h"\n'),
    ("areas", "writers/a.c", '#include "core/domain/decide.h"\n'),
    ("areas", "writers/a.c", '#include "core/domain/kernel/view.h"\n'),
    ("dead-files", "tests/unit/base/test_a.c", "int x;\n"),
    ("proto-comments", "proto/a.proto", MESSAGE.format("// The id.\n  string id = 1;")),
    ("proto-comments", "proto/a.proto", MESSAGE.format("oneof b {\n    C c = 1;\n  }")),
    ("proto-zero", "proto/a.proto", ENUM.format("ROLE_KIND_UNSPECIFIED = 0;")),
]

CMAKE = "agency_library(core/base)\nagency_library(core/pb base)\n"


def breaches(rule, name, text):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "build/dev/gen").mkdir(parents=True)
        (root / "CMakeLists.txt").write_text(CMAKE)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
        (root / ".clang-format").write_text(tidy_format())
        return list(tidy.RULES[rule](Tree(root, [name])))


def tidy_format():
    return (pathlib.Path(__file__).resolve().parents[2] / ".clang-format").read_text()


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for rule, name, text, line in BROKEN:
        found = breaches(rule, name, text)
        if any(isinstance(breach, str) for breach in found):
            counts["skipped"] += 1
            print(f"skipped {rule}: {found[0]}")
            continue
        good = [breach.line for breach in found] == [line]
        counts["passed" if good else "failed"] += 1
        if not good:
            print(f"{rule}: expected a breach in line {line} of {name} {text[:40]!r}, not {found}")
    for rule, name, text in SOUND:
        found = breaches(rule, name, text)
        counts["failed" if found else "passed"] += 1
        if found:
            print(f"{rule}: expected no breach in {name} {text[:40]!r}, not {found}")
    awake = {rule for rule, *_ in BROKEN}
    for rule in tidy.RULES:
        if rule not in awake:
            counts["failed"] += 1
            print(f"{rule}: expected an example that breaks it")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
