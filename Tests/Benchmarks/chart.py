"""Draws the benchmarks' rows as an SVG: how many times as fast as the fastest peer, and where the goal
is. It has colours for light and for dark surroundings."""
import argparse, html, json

WIDTH, LEFT, RIGHT, BAR, STEP, TOP = 840, 350, 110, 16, 34, 64
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .small { font-size: 11px; fill: #59636e; }
  .value { font-weight: 600; }
  .ours { fill: #1a7f5a; } .missed { fill: #b35900; } .grid { stroke: #d1d9e0; } .goal { stroke: #1f2328; }
  .one { stroke: #59636e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9198a1; } .ours { fill: #3fb58a; } .missed { fill: #e08a3c; }
    .grid { stroke: #30363d; } .goal { stroke: #e6edf3; } .one { stroke: #9198a1; }
  }"""


def compared(rows):
    """Of each row with a peer and a goal: its name, the peer, how many times as fast ours is, how fast it
    is to be, and whether it is."""
    for row in rows:
        if not row["ratio_median"] or row["passed"] is None:
            continue
        number = float(next(word for word in row["goal"].split() if word.replace(".", "").isdigit()))
        faster = row["goal"].startswith("≥")
        yield (row["name"], row["peer_name"], row["ratio_median"] if faster else 1 / row["ratio_median"],
               number if faster else 1 / number, row["passed"])


def drawing(rows):
    lines = list(compared(rows))
    height = TOP + STEP * len(lines) + 30
    most = max([faster for _, _, faster, _, _ in lines] + [goal for *_, goal, _ in lines] + [1.5])
    x = lambda value: LEFT + (WIDTH - LEFT - RIGHT) * value / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
           f'height="{height}" role="img" aria-label="CaptionMesh beside other programs">',
           f"<style>{STYLE}</style>", f'<text x="0" y="20" class="title">Times as fast as the peer</text>',
           f'<text x="0" y="40" class="small">median of pairs of runs in turn; the upright mark is the goal</text>']
    for tick in range(0, int(most) + 1):
        kind = "one" if tick == 1 else "grid"
        out.append(f'<line class="{kind}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 8}" '
                   f'y2="{height - 22}"/><text class="small" text-anchor="middle" x="{x(tick):.1f}" '
                   f'y="{height - 8}">{tick}×</text>')
    for place, (name, peer, faster, goal, passed) in enumerate(lines):
        y = TOP + STEP * place
        label = name if len(name) <= 48 else name[:47] + "…"
        out += [f'<text x="0" y="{y + 8}">{html.escape(label)}</text>',
                f'<text class="small" x="0" y="{y + 22}">beside {html.escape(peer)}</text>',
                f'<rect class="{"ours" if passed else "missed"}" x="{LEFT}" y="{y}" width="{x(faster) - LEFT:.1f}" '
                f'height="{BAR}" rx="3"/>',
                f'<line class="goal" stroke-width="2" x1="{x(goal):.1f}" x2="{x(goal):.1f}" y1="{y - 4}" '
                f'y2="{y + BAR + 4}"/>',
                f'<text class="value" x="{x(max(faster, goal)) + 8:.1f}" y="{y + 13}">{faster:.2f}×</text>']
    return "\n".join(out + ["</svg>", ""])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", help="file of rows")
    parser.add_argument("svg")
    options = parser.parse_args()
    with open(options.rows) as file:
        picture = drawing(json.load(file))
    with open(options.svg, "w") as file:
        file.write(picture)
