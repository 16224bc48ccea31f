"""The tree as tidy sees it: files with their lines, their code without comments, their includes."""

import dataclasses
import pathlib
import re
import subprocess

SCRIPT_SUFFIXES = {".py", ".sh"}
# Data that others wrote, and goldens, are no text of ours.
DATA_SUFFIXES = {".zst", ".json", ".jsonl", ".png", ".bin"}
DATA_FOLDERS = ("tests/golden/", "tests/fuzz/corpus/")


@dataclasses.dataclass
class Breach:
    file: "File"
    line: int
    expected: str


class File:
    def __init__(self, name, text):
        self.name = name
        self.lines = text.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self._code = None

    @property
    def room(self):
        """The row of the include table: `base` for core/base/..., `ops` for ops/..."""
        parts = self.name.split("/")
        return parts[1] if parts[0] == "core" and len(parts) > 2 else parts[0]

    @property
    def code(self):
        """The lines with comments and the text of literals blanked out."""
        if self._code is None:
            self._code = blank("\n".join(self.lines)).split("\n")
        return self._code

    def includes(self):
        """(line, target, in angle brackets) of each #include."""
        for number, line in enumerate(self.lines, 1):
            match = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
            if match:
                yield number, match[1] or match[2], match[2] is not None


TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def blank(text):
    def replace(match):
        token = match[0]
        if token[0] in "\"'":
            return token[0] * 2
        return " " + "\n" * token.count("\n")

    return TOKEN.sub(replace, text)


class Tree:
    """The files of a checkout: those of `names`, else all that git lists."""

    def __init__(self, root, names=None, gen=None):
        self.root = root
        texts = read_all(root, names or list_all(root))
        files = [File(name, text) for name, text in sorted(texts.items())]
        built = sorted(pathlib.Path(root).glob("build/*/gen"), key=lambda gen: gen.stat().st_mtime)
        self.gen = gen or (built[-1] if built else None)
        self.c_files = [file for file in files if file.name.endswith((".c", ".h"))]
        self.protos = [file for file in files
                       if file.name.startswith("proto/") and file.name.endswith(".proto")]
        self.scripts = [file for file in files if is_script(file)]
        self.texts = [file for file in files
                      if pathlib.PurePath(file.name).suffix not in DATA_SUFFIXES
                      and not file.name.startswith(DATA_FOLDERS)]
        self._by_name = {file.name: file for file in files}

    def text(self, name):
        """A file's text, also of one that is not among the files asked about; empty if absent."""
        if name in self._by_name:
            return "\n".join(self._by_name[name].lines)
        path = pathlib.Path(self.root) / name
        return path.read_text() if path.is_file() else ""


def is_script(file):
    suffix = pathlib.PurePath(file.name).suffix
    return suffix in SCRIPT_SUFFIXES or bool(file.lines and file.lines[0].startswith("#!"))


def list_all(root):
    done = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                          cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def read_all(root, names):
    texts = {}
    for name in names:
        path = pathlib.Path(root) / name
        if not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" not in data:
            texts[name] = data.decode("utf-8", "replace")
    return texts
