"""Schedules of which each turn opens a job space of its own; and whether each did, once."""

from cases import expect


def put(schedule, acts_as="ada", **when):
    """Each minute, if nothing else is said."""
    return {"scheduleId": schedule, "actsAs": acts_as, "commands": ["OpenJobSpace"],
            **(when or {"cron": "* * * * *"}),
            "command": {"openJobSpace": {"jobSpace": {"jobSpaceId": f"{schedule}-{{turn}}"}}}}


def turns_cut(log):
    """Of lines of `agencyctl log`: how many EPOCHs came between a turn and the last of its
    commands."""
    cut, waiting, epochs = 0, {}, {}
    for line in log.splitlines():
        partition = line.split()[0]
        if " EPOCH " in line:
            epochs[partition] = epochs.get(partition, 0) + (waiting.get(partition, 0) > 0)
        waiting[partition] = waiting.get(partition, 0) + line.count("ScheduleTurned") \
            - line.count("ScheduleRan")
        if waiting[partition] == 0:
            cut += epochs.pop(partition, 0)
    return cut


def check(decisions, spaces, schedules):
    """Each turn opened its space, once; and nobody came between a turn and its command."""
    wanted = [f"{head['scheduleId']}-{turn + 1}" for head in schedules
              for turn in range(int(head.get("turns", 0)))]
    expect(sorted(spaces) == sorted(wanted), "a space of each turn",
           set(spaces) ^ set(wanted) or f"{len(spaces)} of {len(wanted)}")
    waiting = set()
    for made in decisions:
        elapsed = made.get("elapsed", [])
        expect(not waiting or [item["field"] for item in elapsed] == ["continues"],
               f"the commands of {len(waiting)} turns first", made)
        waiting -= {item["id"] for item in elapsed if item["field"] == "continues"}
        waiting |= {item["id"] for item in elapsed if item["field"] == "next_at"}
    expect(not waiting, "the command of every turn", waiting)
