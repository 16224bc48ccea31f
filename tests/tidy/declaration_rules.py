"""That what a header declares is for somebody."""

import collections
import re

from source import Breach

# At the start of a line: a function that is not the header's own.
DECLARED = re.compile(r"^(?!static\b|typedef\b|return\b)[A-Za-z_][\w ]*[ *]+(\w+)\(")
# Rooms that are made ahead of who will use them: the services of query/.
AHEAD = {"auth", "rpc"}


def rule_dead_declarations(tree):
    """A function that only its own file uses, or none: it is static, or dead."""
    words, pasted = collections.defaultdict(collections.Counter), set()
    for file in tree.c_files:
        text = "\n".join(file.code)
        pasted.update(re.findall(r"(\w+)\s*##", text))
        for word, count in collections.Counter(re.findall(r"\w+", text)).items():
            words[word][file.name] = count
    for file in tree.c_files:
        if file.name.endswith(".h") and file.room not in AHEAD:
            for number, line in enumerate(file.code, 1):
                name = DECLARED.match(line)
                if name and is_dead(file, name[1], words[name[1]], pasted):
                    yield Breach(file, number,
                                 f"expected {name[1]}() to be used outside of its file, or static")


def is_dead(file, name, uses, pasted):
    used_inline = uses[file.name] > 1
    made_by_macro = any(name.startswith(prefix) for prefix in pasted)
    return not used_inline and not made_by_macro and len(uses) < 3


RULES = {"dead-declarations": rule_dead_declarations}
