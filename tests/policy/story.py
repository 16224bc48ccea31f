#!/usr/bin/env python3
"""Runs the console blocks of a story as they stand, in one shell, and compares what it says.

    story.py BUILD SCRATCH README

A line `$ COMMAND` is run, with the lines `> ...` behind it; the lines behind are what it says:
`...` in one stands for any text, and alone for any lines."""

import os
import pathlib
import re
import subprocess
import sys


def steps(text):
    """The commands of the console blocks, each with the lines that it is to say."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], []])
            elif line.startswith("> "):
                found[-1][0] += "\n" + line[2:]
            else:
                found[-1][1].append(line)
    return found


def pattern(lines):
    parts = [r"(?:.*\n)*?" if line == "..." else
             re.escape(line).replace(re.escape("..."), ".*") + r"\n" for line in lines]
    return "".join(parts)


def run(commands, scratch, build):
    """All in one shell, so that functions stay; what each says stands behind a mark."""
    mark = "=== said by "
    script = "".join(f"echo '{mark}{i}'\n{command}\n" for i, (command, _) in enumerate(commands))
    env = dict(os.environ, PATH=f"{build}:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-c", script], cwd=scratch, env=env, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = re.split(rf"^{mark}\d+\n", done.stdout, flags=re.M)[1:]
    return said


def main():
    build, scratch, readme = (pathlib.Path(p).resolve() for p in sys.argv[1:])
    folder = scratch / "story"
    folder.mkdir()
    commands = steps(readme.read_text())
    failed = 0
    said = run(commands, folder, build)
    for (command, lines), answer in zip(commands, said):
        rest = "" if lines and lines[-1] == "..." else "(?:  constraint .*\n)*"
        if not re.fullmatch(pattern(lines) + rest, answer):
            failed += 1
            print(f"$ {command}\nshould say\n" + "\n".join(lines) + f"\nbut says\n{answer}")
    failed += len(said) != len(commands)
    print(f"{len(commands) - failed} passed, {failed} failed, 0 skipped")
    return failed > 0


sys.exit(main())
