"""The rules for proto/: what protoc-c and our reading of a schema need."""

import re

from source import Breach

FIELD = re.compile(
    r"^\s*(?P<label>repeated |optional |required )?(?P<type>map\s*<[^>]*>|[\w.]+)\s+"
    r"(?P<name>\w+)\s*=\s*(?P<number>\d+)\s*(?:\[[^\]]*\])?;(?P<rest>.*)$")
VALUE = re.compile(r"^\s*(?P<name>\w+)\s*=\s*(?P<number>\d+)\s*(?:\[[^\]]*\])?;")
OPEN = re.compile(r"^\s*(message|enum|oneof|service)\s+(\w+)\s*\{")


def statements(file):
    """(line, kind of block, name of block, text, commented) of each line inside a block."""
    stack = []
    above = False
    for number, line in enumerate(file.lines, 1):
        stripped = line.strip()
        if stripped.startswith("//"):
            above = True
            continue
        opened = OPEN.match(line)
        if stack and stripped and not opened and stripped != "}":
            yield number, stack[-1][0], stack[-1][1], line, above or "//" in line
        if opened:
            stack.append((opened[1], opened[2]))
        if "}" in re.sub(r"//.*|\"[^\"]*\"", "", line) and stack:
            stack.pop()
        above = False


def rule_comments(tree):
    """In a oneof the line is its message's name, and the comment stands at the message."""
    for file in tree.protos:
        for number, kind, _, line, commented in statements(file):
            field = FIELD.match(line)
            if kind == "message" and field and not commented:
                yield Breach(file, number, f"expected a comment for the field '{field['name']}'")


def rule_labels(tree):
    for file in tree.protos:
        for number, kind, _, line, _ in statements(file):
            field = FIELD.match(line)
            if kind != "message" or not field:
                continue
            if (field["label"] or "").strip() in ("optional", "required"):
                yield Breach(file, number, "expected no label but 'repeated' (protobuf-c)")
            if field["type"].startswith("map"):
                yield Breach(file, number, "expected a repeated message: a map has no fixed order")


def rule_zero(tree):
    """Value 0 of an enum is `<ENUM>_UNSPECIFIED`: what was never set is never a choice."""
    for file in tree.protos:
        seen = set()
        for number, kind, name, line, _ in statements(file):
            value = VALUE.match(line)
            if kind != "enum" or not value or name in seen:
                continue
            seen.add(name)
            prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()
            if value["name"] != f"{prefix}_UNSPECIFIED" or value["number"] != "0":
                yield Breach(file, number, f"expected '{prefix}_UNSPECIFIED = 0' first")


def rule_names(tree):
    for file in tree.protos:
        for number, kind, _, line, _ in statements(file):
            field = FIELD.match(line)
            if kind in ("message", "oneof") and field and not field["name"].islower():
                yield Breach(file, number, f"expected lower_snake_case, not '{field['name']}'")
        for wanted in ('syntax = "proto3";', "package agency.v1;"):
            if wanted not in file.lines:
                yield Breach(file, 1, f"expected '{wanted}'")


RULES = {
    "proto-comments": rule_comments,
    "proto-labels": rule_labels,
    "proto-zero": rule_zero,
    "proto-names": rule_names,
}
