"""Rows of the benchmarks' table: what was measured beside whom, the goal, and whether it is reached.

A row is a dictionary, and a file of rows a JSON list of them: `name`, `unit`; `ours` and `peer`, each
{"median", "least"} of its runs (peer: null where there is none); `peer_name`; `ratio`, the median of
ours to the peer's over the pairs of runs taken in turn, and `ratio_least`; `goal`, in words; `passed`,
true, false or null where nothing was asked."""
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


def _summary(values, more_is_better):
    return {"median": statistics.median(values), "least": (max if more_is_better else min)(values)}


def row(name, unit, ours, peer_name=None, peer=None, most=None, least=None, limit=None):
    """A row for runs in turn. `most` is the goal for ours to the peer's where less is better (times),
    `least` where more is better (speeds); `limit` is a goal for our own median, in the unit."""
    ratios = [a / b for a, b in zip(ours, peer)] if peer else []
    ratio = statistics.median(ratios) if ratios else None
    own = _summary(ours, least is not None)
    passed, goal = None, ""
    if most is not None:
        passed, goal = ratio <= most, f"≤ {most:g} of the peer's"
    elif least is not None:
        passed, goal = ratio >= least, f"≥ {least:g} × the peer's"
    elif limit is not None:
        passed, goal = own["median"] <= limit, f"≤ {limit:g} {unit}"
    return {"name": name, "unit": unit, "ours": own,
            "peer": _summary(peer, least is not None) if peer else None, "peer_name": peer_name,
            "ratio": ratio, "ratio_least": min(ratios) if ratios else None, "goal": goal, "passed": passed}


def _number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def show(rows):
    """Prints the table."""
    wide = max(len(row["name"]) for row in rows)
    peers = max(len(row["peer_name"] or "–") for row in rows)
    print(f"{'':{wide}s}  {'unit':>9s} {'ours':>8s} {'best':>8s} {'peer':>8s} {'best':>8s} {'ratio':>6s}  "
          f"{'peer':{peers}s}  {'goal':24s} reached")
    for row in rows:
        peer = row["peer"] or {"median": None, "least": None}
        print(f"{row['name']:{wide}s}  {row['unit']:>9s} {_number(row['ours']['median']):>8s} "
              f"{_number(row['ours']['least']):>8s} {_number(peer['median']):>8s} "
              f"{_number(peer['least']):>8s} {_number(row['ratio']):>6s}  {row['peer_name'] or '–':{peers}s}  "
              f"{row['goal']:24s} {({True: 'yes', False: 'NO', None: ''})[row['passed']]}", flush=True)


def finish(rows, file):
    """Prints the table and, where a file is named, writes the rows to it."""
    show(rows)
    if file:
        with open(file, "w") as target:
            json.dump(rows, target, ensure_ascii=False, indent=1)
