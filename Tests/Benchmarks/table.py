"""Rows of the benchmarks' table: what was measured beside whom, the goal, and whether it is reached.

A row is a dictionary, and a file of rows a JSON list of them: name, goal (in words), unit; ours and
peer, the medians of the runs (peer and what belongs to it: None where there is none); ours_best and
peer_best; peer_name; ratio_median and ratio_min, of ours to the peer's over the pairs of runs taken in
turn; passed, true, false or None where nothing was asked; limit, None or {"name", "share"}: what of a
hardware limit, measured there and then, is reached."""
import json, statistics, time


def in_turn(sides, rounds, pause=0.05, warm=1):
    """What each side's function returned, by its name: one call of each in turn, `rounds` times, after
    `warm` turns that do not count. The pause lets the last side's threads go to sleep."""
    results = {name: [] for name in sides}
    for turn in range(rounds + warm):
        for name, run in sides.items():
            time.sleep(pause)
            value = run()
            if turn >= warm:
                results[name].append(value)
    return results


def row(name, unit, ours, peer_name=None, peer=None, most=None, least=None, within=None, limit=None):
    """A row for runs in turn. `most` is the goal for the ratio where less is better (times), `least`
    where more is better (speeds); `within` is a goal for our own median, in the unit."""
    best = max if least is not None else min
    ratios = [a / b for a, b in zip(ours, peer)] if peer else []
    ratio = statistics.median(ratios) if ratios else None
    passed, goal = None, ""
    if most is not None:
        passed, goal = ratio <= most, f"≤ {most:g} of the peer's time"
    elif least is not None:
        passed, goal = ratio >= least, f"≥ {least:g} × the peer's speed"
    elif within is not None:
        passed, goal = statistics.median(ours) <= within, f"≤ {within:g} {unit}"
    return {"name": name, "goal": goal, "unit": unit, "ours": statistics.median(ours), "ours_best": best(ours),
            "peer": statistics.median(peer) if peer else None, "peer_best": best(peer) if peer else None,
            "peer_name": peer_name, "ratio_median": ratio, "ratio_min": best(ratios) if ratios else None,
            "passed": passed, "limit": limit}


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def show(rows):
    """Prints the table."""
    def limit(row):
        return f"{row['limit']['share']:.2f} of {row['limit']['name']}" if row.get("limit") else ""

    columns = [
        ("", lambda row: row["name"]), ("unit", lambda row: row["unit"]),
        ("ours", lambda row: number(row["ours"])), ("best", lambda row: number(row.get("ours_best"))),
        ("peer", lambda row: number(row["peer"])), ("best", lambda row: number(row.get("peer_best"))),
        ("ratio", lambda row: number(row["ratio_median"])), ("best", lambda row: number(row["ratio_min"])),
        ("beside", lambda row: row["peer_name"] or ""), ("goal", lambda row: row["goal"]),
        ("reached", lambda row: {True: "yes", False: "NO", None: ""}[row["passed"]]), ("limit", limit)]
    cells = [[title for title, _ in columns]] + [[text(row) for _, text in columns] for row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        print("  ".join(cell.rjust(width) if 2 <= place <= 7 else cell.ljust(width)
                        for place, (cell, width) in enumerate(zip(line, widths))).rstrip(), flush=True)


def finish(rows, file):
    """Prints the table and, where a file is named, writes the rows to it."""
    show(rows)
    if file:
        with open(file, "w") as target:
            json.dump(rows, target, ensure_ascii=False, indent=1)
