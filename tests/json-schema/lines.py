#!/usr/bin/env python3
"""Lines for tests/json-schema/main.c from files of the JSON-Schema-Test-Suite.

    tests/json-schema/lines.py FOLDER

FOLDER is the suite's tests/draft2020-12; its format/ is left out, since formats are annotations.
"""

import json
import pathlib
import sys


def line(kind, name, value):
    print(kind, " ".join(name.split()), json.dumps(value), sep="\t")


def main():
    folder = pathlib.Path(sys.argv[1])
    for path in sorted(folder.glob("*.json")) + sorted(folder.glob("optional/*.json")):
        file = str(path.relative_to(folder))
        for schema in json.loads(path.read_text()):
            name = f"{file}/{schema['description']}"
            line("schema", name, schema["schema"])
            for test in schema["tests"]:
                line(json.dumps(test["valid"]), f"{name}/{test['description']}", test["data"])


if __name__ == "__main__":
    main()
