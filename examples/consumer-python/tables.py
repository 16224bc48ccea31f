"""Entities as rows of SQLite: a table for each kind, a column for each field. No Kafka here.

Numbers and texts are what they are, enums their names, times RFC 3339; lists and messages are JSON
as `agencyctl --output json` prints it.

The position in the topic lies in the same database and moves in the same transaction, so whenever
the process dies, rows and position say the same.
"""

import json
import sqlite3

from google.protobuf import json_format, symbol_database
from google.protobuf.descriptor import FieldDescriptor

# Messages of the entities register themselves when their modules are loaded: stream.proto imports
# them all.
from agency.v1 import common_pb2, stream_pb2  # noqa: F401

POSITIONS = """CREATE TABLE IF NOT EXISTS stream_position (
    partition INTEGER PRIMARY KEY,
    "offset" INTEGER NOT NULL,     -- of the next record
    sequence INTEGER NOT NULL,     -- of the last event taken,
    "index" INTEGER NOT NULL,      -- and its place in its decision
    source TEXT NOT NULL           -- the history that it is of
)"""
TIME = "google.protobuf.Timestamp"
INTEGERS = {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64,
            FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64}


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


def cell(field, value):
    """A value of proto3's JSON as SQLite keeps it: lists and messages as JSON text."""
    is_time = field.message_type is not None and field.message_type.full_name == TIME
    if value is None or (is_time and field.label != field.LABEL_REPEATED):
        return value
    if field.message_type is not None or field.label == field.LABEL_REPEATED:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return int(value) if field.cpp_type in INTEGERS else value


class Tables:
    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute(POSITIONS)
        self.statements = {}

    def positions(self):
        """partition -> [offset, sequence, index, source]"""
        rows = self.database.execute("SELECT * FROM stream_position")
        return {partition: list(rest) for partition, *rest in rows}

    def apply(self, events, positions):
        """Takes EntityEvents in their order, and where that leads to."""
        self.database.execute("BEGIN")
        for event in events:
            if event.HasField("after"):
                self._put(event.org_id, event.entity.id, event.after)
            else:
                self._remove(event.org_id, event.entity)
        self.database.executemany("INSERT OR REPLACE INTO stream_position VALUES (?, ?, ?, ?, ?)",
                                  [(partition, *rest) for partition, rest in positions.items()])
        self.database.execute("COMMIT")

    def _put(self, org_id, entity_id, after):
        name = after.type_url.rpartition("/")[2]
        entity = symbol_database.Default().GetSymbol(name).FromString(after.value)
        said = json_format.MessageToDict(entity, including_default_value_fields=True)
        cells = [cell(field, said.get(field.json_name)) for field in entity.DESCRIPTOR.fields]
        self.database.execute(self._statement(entity.DESCRIPTOR), [org_id, entity_id, *cells])

    def _remove(self, org_id, entity):
        table = common_pb2.EntityKind.Name(entity.kind).removeprefix("ENTITY_KIND_").lower()
        self.database.execute(f'DELETE FROM "{table}" WHERE _org_id = ? AND _entity_id = ?',
                              [org_id, entity.id])

    def _statement(self, descriptor):
        """Makes the table when it is met first; a table of an older schema gets new columns."""
        if descriptor.name not in self.statements:
            table = snake(descriptor.name)
            names = [f'"{field.name}"' for field in descriptor.fields]
            self.database.execute(f'CREATE TABLE IF NOT EXISTS "{table}" (_org_id TEXT, '
                                  f'_entity_id TEXT, PRIMARY KEY (_org_id, _entity_id))')
            info = self.database.execute(f'PRAGMA table_info("{table}")')
            there = {f'"{row[1]}"' for row in info}
            for column in names:
                if column not in there:
                    self.database.execute(f'ALTER TABLE "{table}" ADD COLUMN {column}')
            self.statements[descriptor.name] = (
                f'INSERT OR REPLACE INTO "{table}" '
                f'(_org_id, _entity_id, {", ".join(names)}) '
                f'VALUES ({", ".join("?" * (len(names) + 2))})')
        return self.statements[descriptor.name]
