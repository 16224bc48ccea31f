"""agencyctl cel: what tries constraints."""

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
