"""agencyctl cel and schema: what tries constraints."""

import json

from cases import expect
from tool import FAILED, USAGE, Tool


def it_tries_a_constraint_without_a_data_folder(tool, fresh):
    alone = Tool(tool.program, "/nonexistent", "acme")
    role = 'role:Role={"name":"lead"}'
    expect(alone("cel", "eval", "role.name == 'lead' && n < 3", role, "n=2") == "true\n", "true")
    expect("role.name == 'boss'" in alone("cel", "explain", "role.name == 'boss'", role),
           "the term that made it false")
    expect("of 50000" in alone("cel", "cost", "n < 3", "n:int"), "a cost with the limit beside it")
    expect("type: bool" in alone("cel", "check", "n < 3", "n:int"), "the type")


def it_reads_a_variable_as_its_type_has_it(tool, fresh):
    for variable, value in [
            ('v:bytes="aGk="', "b'hi'"), ("v:google.protobuf.BytesValue=\"/w==\"", "b'\\xff'"),
            ("v:int=9223372036854775807", "9223372036854775807"), ('v:int="5"', "5"),
            ("v:google.protobuf.Int64Value=\"5\"", "5"),
            ("v:google.protobuf.Int64Value=null", "null"), ("v:uint=7", "7u"),
            ("v:double=18446744073709551615", "1.8446744073709552e+19"), ('v:double="NaN"', "NaN"),
            ('v:string="a\\u0000"', "'a\\x00'"), ('v:duration="1.5s"', "duration('1.5s')")]:
        said = tool("cel", "eval", "v", variable)
        expect(said == value + "\n", f"{variable} as {value}", said)
    for variable, expected in [('v:bytes="a!"', "bytes in base64"), ("v:int=1.5", "whole number"),
                               ("v:uint=-1", "from 0 to"), ("v:bool=null", "true or false")]:
        said = tool.error("cel", "eval", "v", variable, code=USAGE)
        expect("v: expected" in said and expected in said, expected, said)


def it_says_what_it_finds_of_a_constraint_as_json(tool, fresh):
    alone = Tool(tool.program, "/nonexistent", "acme")
    role = 'role:Role={"name":"lead"}'
    [told] = alone.json("cel", "explain", "role.name == 'boss'", role)
    expect(told["problems"] == [] and told["type"] == "bool" and told["cost"]["bounded"],
           "type and cost", told)
    expect(told["result"]["value"] is False and told["result"]["literal"] == "false", "the value",
           told)
    expect([step["place"]["part"] for step in told["steps"] if step["decides"]] ==
           ["role.name == 'boss'"], "what made it false", told)
    expect(told["steps"][0]["value"] == {"name": "lead"}, "a message as JSON", told)
    [told] = alone.json("cel", "eval", "n / 0", "n=1", code=FAILED)
    expect(told["result"]["failure"]["place"] == {"line": 1, "column": 3, "part": "n / 0"},
           "what failed, and where", told)
    [told] = alone.json("cel", "check", "role.nam == 'x'", "role:Role", code=FAILED)
    expect("did you mean 'name'" in told["problems"][0]["message"], "the problem", told)
    [told] = alone.json("cel", "cost", "d == d", "d:dyn")
    expect(not told["cost"]["bounded"] and told["cost"]["most"]["part"] == "d == d",
           "what nothing bounds", told)


def it_points_at_what_is_wrong_in_a_constraint(tool, fresh):
    text = tool.error("cel", "check", "role.nam == 'x'", "role:Role", code=FAILED)
    expect("did you mean 'name'" in text and " |      ^" in text, "name and caret", text)
    expect("1:3" in tool.error("cel", "eval", "n / 0", "n=1", code=FAILED), "the place")
    expect("'n'" in tool.error("cel", "eval", "n", "n=1", "n=2", code=USAGE), "the variable")


def it_tries_a_schema_on_documents(tool, fresh):
    alone = Tool(tool.program, "/nonexistent", "acme")
    folder = fresh().data
    schema, good, bad = folder / "schema", folder / "good", folder / "bad"
    schema.write_text(json.dumps({
        "type": "object", "required": ["name"], "additionalProperties": False,
        "properties": {"name": {"type": "string", "pattern": "^[a-z]+$"},
                       "size": {"anyOf": [{"minimum": 1}, {"type": "null"}]}}}))
    good.write_text('{"name": "ada", "size": null}')
    bad.write_text('{"name": "Ada", "size": 0, "\\u200b": 1}')
    expect("a schema that is understood" in alone("schema", str(schema)), "the schema alone")
    expect(f"{good}: valid" in alone("schema", str(schema), str(good)), "a valid document")
    said = alone("schema", str(schema), str(good), str(bad), code=FAILED)
    for line in (f"{bad}: not valid",
                 "/name by /properties/name/pattern: expected text that matches '^[a-z]+$'",
                 "/size by /properties/size/anyOf/1/type: expected null, but it is 0",
                 "/\\u200b by /additionalProperties: expected no member of that name"):
        expect(line in said, line, said)
    [first, second] = alone.json("schema", str(schema), str(good), str(bad), code=FAILED)
    expect(first["valid"] and first["document"] == str(good), "the first document", first)
    expect(not second["valid"] and second["problems"][0]["keyword"] == "/properties/name/pattern",
           "what is wrong", second)
    schema.write_text('{"items": {"$ref": "https://example.com/a"}}')
    said = alone("schema", str(schema), str(good), code=FAILED)
    expect("/items/$ref: expected a reference inside" in said and "valid" not in said, "why", said)
    bad.write_text("{")
    schema.write_text("{}")
    expect("it ends" in alone("schema", str(schema), str(bad), code=FAILED), "no JSON")
