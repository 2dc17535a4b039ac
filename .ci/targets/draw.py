"""Draws targets and their arrows as an SVG file. Equal input gives an equal file: the layout uses integers alone."""
import html

BOX, GAP, ROW, WIRE = 26, 14, 74, 10  # the height of a box, the space between two, that between rows, a wire's width
STYLE = """\
text { font: 13px system-ui, sans-serif; text-anchor: middle; fill: #16202e }
rect { fill: #e8eefc; stroke: #1d4ed8 }
rect.c { fill: #f6f7f9; stroke: #5a6676 }
path { fill: none; stroke: #5a6676 }
marker path { fill: #5a6676; stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e7ecf3 }
  rect { fill: #1d2b42; stroke: #8ab4ff }
  rect.c { fill: #171f2a; stroke: #9dabbd }
  path { stroke: #9dabbd }
  marker path { fill: #9dabbd }
}"""


def layers(edges):
    """Returns each name's row: 0 without dependencies, otherwise one below the lowest dependency."""
    rows = {}

    def row(name):
        if name not in rows:
            rows[name] = 1 + max((row(other) for other in edges[name]), default=-1)
        return rows[name]

    for name in edges:
        row(name)
    return rows


def wired(edges, rows):
    """Splits each arrow into steps from row to row.

    Returns the rows, as lists of nodes, and the nodes above each node. A node is a name, or a point of an arrow that
    passes a row: the pair of the arrow's end and the row. Arrows to one end share their points.
    """
    table = [[] for _ in range(max(rows.values()) + 1)]
    above = {}
    for name in edges:
        table[rows[name]].append(name)
        above[name] = []
    for name, uses in edges.items():
        for end in uses:
            node = name
            for row in range(rows[name] - 1, rows[end], -1):
                point = (end, row)
                is_new = point not in above
                if is_new:
                    table[row].append(point)
                    above[point] = []
                above[node].append(point)
                node = point
                if not is_new:
                    break
            else:
                above[node].append(end)
    return table, above


def crossings(table, above):
    count = 0
    for row in range(1, len(table)):
        place = {node: index for index, node in enumerate(table[row - 1])}
        ends = [place[other] for node in table[row] for other in sorted(above[node], key=place.get)]
        starts = [index for index, node in enumerate(table[row]) for _ in above[node]]
        for i in range(len(ends)):
            count += sum(1 for j in range(i) if starts[j] < starts[i] and ends[j] > ends[i])
    return count


def ordered(table, above):
    """Orders each row so that few arrows cross: by the mean place of the neighbours, sweeping down and up."""
    below = {node: [] for node in above}
    for node, others in above.items():
        for other in others:
            below[other].append(node)
    best, fewest = [list(row) for row in table], crossings(table, above)
    for sweep in range(24):
        is_down = sweep % 2 == 0
        numbers = range(1, len(table)) if is_down else range(len(table) - 2, -1, -1)
        neighbours = above if is_down else below
        for number in numbers:
            place = {node: index for index, node in enumerate(table[number + (-1 if is_down else 1)])}
            own = {node: index for index, node in enumerate(table[number])}

            def key(node):
                others = [place[other] for other in neighbours[node]]
                return (1000 * sum(others) // len(others) if others else 1000 * own[node], own[node])

            table[number].sort(key=key)
        count = crossings(table, above)
        if count < fewest:
            best, fewest = [list(row) for row in table], count
    return best


def width(node):
    return WIRE if isinstance(node, tuple) else 24 + 8 * len(node)


def placed(table, above):
    """Returns the horizontal middle of each node: near its neighbours, in the order of its row, without overlap."""
    below = {node: [] for node in above}
    for node, others in above.items():
        for other in others:
            below[other].append(node)
    middle = {}
    for row in table:
        x = 0
        for node in row:
            middle[node] = x + width(node) // 2
            x += width(node) + GAP
    for sweep in range(40):
        for row in table if sweep % 2 == 0 else reversed(table):
            wish = {}
            for node in row:
                others = [middle[other] for other in above[node] + below[node]]
                wish[node] = sum(others) // len(others) if others else middle[node]
            # Neighbours that would overlap form one block, which stands at the mean of its wishes.
            blocks = []
            for node in row:
                blocks.append([[node], wish[node], 1])
                while len(blocks) > 1 and left(blocks[-1]) < left(blocks[-2]) + extent(blocks[-2]) + GAP:
                    nodes, at, count = blocks.pop()
                    first, there, number = blocks.pop()
                    shift = extent([first]) + GAP
                    start = (left([first, there]) * number + (left([nodes, at]) - shift) * count) // (number + count)
                    blocks.append([first + nodes, start + width(first[0]) // 2, number + count])
            for block in blocks:
                x = left(block)
                for node in block[0]:
                    middle[node] = x + width(node) // 2
                    x += width(node) + GAP
    start = min(middle[node] - width(node) // 2 for node in middle)
    return {node: x - start + GAP for node, x in middle.items()}


def left(block):
    return block[1] - width(block[0][0]) // 2


def extent(block):
    return sum(width(node) + GAP for node in block[0]) - GAP


def svg(edges, muted, title):
    """Returns the SVG file: `edges` maps each name to the names that its arrows point to; `muted` names get a grey box."""
    rows = layers(edges)
    table, above = wired(edges, rows)
    table = ordered(table, above)
    middle = placed(table, above)
    row_of = {node: number for number, row in enumerate(table) for node in row}
    top = {node: GAP + ROW * number for node, number in row_of.items()}
    total = max(middle[node] + width(node) // 2 for node in middle) + GAP
    height = ROW * (len(table) - 1) + BOX + 2 * GAP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{height}" viewBox="0 0 {total} {height}" role="img">',
        f"<title>{html.escape(title)}</title>",
        f"<style>\n{STYLE}\n</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    for node in (node for row in table for node in row):
        start = top[node]
        for other in above[node]:
            is_tip = not isinstance(other, tuple)
            end = top[other] + BOX
            curve = f"M{middle[node]} {start}C{middle[node]} {start - 24} {middle[other]} {end + 24} {middle[other]} {end}"
            passing = "" if is_tip else f"V{top[other]}"
            tip = ' marker-end="url(#tip)"' if is_tip else ""
            lines.append(f'<path d="{curve}{passing}"{tip}/>')
    for row in table:
        for node in row:
            if isinstance(node, tuple):
                continue
            kind = ' class="c"' if node in muted else ""
            x = middle[node] - width(node) // 2
            lines.append(f'<rect{kind} x="{x}" y="{top[node]}" width="{width(node)}" height="{BOX}" rx="6"/>')
            lines.append(f'<text x="{middle[node]}" y="{top[node] + 18}">{html.escape(node)}</text>')
    return "\n".join(lines + ["</svg>", ""])
