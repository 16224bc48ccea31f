#!/usr/bin/env python3
"""agencyctl as a person uses it.

    tests/cli/cli.py AGENCYCTL DATA COMMANDS [AGENCYD]

DATA is a folder into which COMMANDS (the rust-team example) were imported. A case is a function
`it_...` of one of the modules here, named by what is true; `tool` asks about the example, `fresh`
gives a folder with an org of its own. With AGENCYD each folder is served by one, so that agencyctl
asks and commands by its socket: of the cases then those of SERVED.
"""

import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import across  # noqa: E402
import acting  # noqa: E402
import batches  # noqa: E402
import commanding  # noqa: E402
import conditions  # noqa: E402
import constraints  # noqa: E402
import differences  # noqa: E402
import external  # noqa: E402
import folders  # noqa: E402
import histories  # noqa: E402
import lists  # noqa: E402
import logs  # noqa: E402
import mistakes  # noqa: E402
import questions  # noqa: E402
import shell  # noqa: E402
from cases import run_case, totals  # noqa: E402
from tool import Tool, make_org  # noqa: E402

MODULES = (across, acting, conditions, constraints, mistakes, folders, questions, differences,
           external, histories, commanding, batches, lists, logs, shell)

SERVED = (across, conditions, questions, differences, external, histories, lists)


@contextlib.contextmanager
def served(agencyd, data):
    """Until the folder's socket takes calls, and as long as it is wanted."""
    with subprocess.Popen([agencyd, "--data", data, "--listen", "127.0.0.1:0"],
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stderr:
                if "event=started" in line:
                    break
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield
        finally:
            process.terminate()


def main():
    program, data, commands, *agencyd = sys.argv[1:]
    tool = Tool(program, data, "rust-lang")
    tool.commands = pathlib.Path(commands)
    passed, cases = [], [(name, case) for module in (SERVED if agencyd else MODULES)
                         for name, case in vars(module).items()
                         if name[:3] == "it_"]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as servers:
        template = Tool(program, pathlib.Path(folder) / "template", "acme")
        template("init")
        make_org(template)
        for program_d in agencyd:
            servers.enter_context(served(program_d, data))
        for name, case in cases:
            with (tempfile.TemporaryDirectory(dir=folder) as own,
                  contextlib.ExitStack() as own_servers):
                def fresh(own=own, own_servers=own_servers):
                    copy = pathlib.Path(own) / "data"
                    if not copy.exists():
                        shutil.copytree(template.data, copy)
                        for program_d in agencyd:
                            own_servers.enter_context(served(program_d, copy))
                    return Tool(program, copy, "acme")

                passed.append(run_case(name, case, tool, fresh))
    return totals(passed)


if __name__ == "__main__":
    sys.exit(main())
