"""A diagram as SVG: inline for the page, whose style sheet colours it, and as a file with its own style."""

from __future__ import annotations

from html import escape

from report.content.diagram import Arrow, Diagram, Group, Kind, Node
from report.figures.diagram_layout import WIDE, Box, Curve, DiagramLayout, Form, lay_out
from report.figures.palette import PALETTES, style_variables
from report.paths import TEMPLATES

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
STYLE = TEMPLATES / "assets/styles/diagram.css"
HEAD = 5
"""The length of an arrowhead, in CSS pixels."""


def inline_svg(diagram: Diagram, form: Form) -> str:
    """The diagram for the page, in which each arrow is a link to its evidence."""
    layout = lay_out(diagram, form)
    size = f"{layout.width:g} {layout.height:g}"
    label = escape(diagram.alt, quote=True)
    which = "tall" if form.is_tall else "wide"
    return (
        f'<svg class="diagram-drawing diagram-drawing--{which}" viewBox="0 0 {size}" width="{layout.width:g}" '
        f'role="group" aria-label="{label}">{_elements(layout, has_links=True)}</svg>'
    )


def svg_file(diagram: Diagram) -> bytes:
    """The diagram as an SVG file, in the colours of the light theme."""
    layout, light = lay_out(diagram, WIDE), PALETTES["light"]
    style = STYLE.read_text(encoding="utf-8")
    for name, colour in style_variables(light).items():
        style = style.replace(f"var(--{name})", colour)
    margin = 12
    box = f"{-margin} {-margin} {layout.width + 2 * margin:g} {layout.height + 2 * margin:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="{FONT}">'
        f"<title>{escape(diagram.title)}</title><desc>{escape(diagram.alt)}</desc><style>{style}</style>"
        f'<rect x="{-margin}" y="{-margin}" width="100%" height="100%" fill="{light.ground}"/>'
        f"{_elements(layout, has_links=False)}</svg>\n"
    ).encode()


def key_svg(kind: Kind) -> str:
    """A sample line of a kind of arrow, for the key."""
    return (
        '<svg class="diagram-sample" viewBox="0 0 30 8" width="30" height="8" aria-hidden="true">'
        f'<g class="diagram-arrow diagram-arrow--{kind}"><path class="diagram-line" d="M0 4H30"/></g></svg>'
    )


def _elements(layout: DiagramLayout, *, has_links: bool) -> str:
    form = layout.form
    groups = "".join(
        f'<rect class="diagram-group" {_sides(box)} rx="6"/>'
        f'<text class="diagram-place" x="{box.x + form.padding:g}" y="{_label_height(box, group, form):g}">'
        f"{escape(group.label)}</text>"
        for group, box in layout.groups
    )
    ranks = "".join(_rank_label(rank.label, box, form) for rank, box in layout.ranks)
    arrows = "".join(_arrow(arrow, curve, form, has_link=has_links) for arrow, curve in layout.arrows)
    return ranks + groups + arrows + "".join(_node(node, box) for node, box in layout.nodes)


def _label_height(box: Box, group: Group, form: Form) -> float:
    """The height of a group's label: at the top of the group, or below nodes at which arrows arrive from above."""
    is_below = group.under is not None and not form.is_tall
    return box.y + box.height - form.padding if is_below else box.y + form.padding + 8


def _rank_label(label: tuple[str, ...], box: Box, form: Form) -> str:
    if form.is_tall:
        lines = _lines(label, x=box.x + box.width / 2, line_height=13)
        return f'<text class="diagram-rank" y="10" text-anchor="middle">{lines}</text>'
    top = box.y + box.height / 2 - 7 * (len(label) - 1) + 4
    return f'<text class="diagram-rank" y="{top:g}">{_lines(label, x=0, line_height=14)}</text>'


def _node(node: Node, box: Box) -> str:
    x, y = box.centre
    top = y - 6.5 * (len(node.lines) - 1) + 4
    kind = f" diagram-node--{node.kind}" if node.kind else ""
    return (
        f'<g class="diagram-node{kind}"><rect {_sides(box)} rx="4"/>'
        f'<text y="{top:g}" text-anchor="middle">{_lines(node.lines, x=x, line_height=13)}</text></g>'
    )


def _lines(lines: tuple[str, ...], *, x: float, line_height: float) -> str:
    """Lines of text below one another, as the content of one text element."""
    return "".join(
        f'<tspan x="{x:g}" dy="{line_height if number else 0:g}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )


def _arrow(arrow: Arrow, curve: Curve, form: Form, *, has_link: bool) -> str:
    (x, y), (to_x, to_y) = curve.start, curve.end
    if form.is_tall:
        bend = (to_x - x) / 2
        path = f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
        head = f"M{to_x - HEAD:g} {to_y - 3:g}L{to_x:g} {to_y:g}L{to_x - HEAD:g} {to_y + 3:g}"
    else:
        bend = (to_y - y) / 2
        path = f"M{x:g} {y:g}C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
        head = f"M{to_x - 3:g} {to_y - HEAD:g}L{to_x:g} {to_y:g}L{to_x + 3:g} {to_y - HEAD:g}"
    title = f"<title>{escape(arrow.statement)}</title>"
    paths = f'<path class="diagram-line" d="{path}"/><path class="diagram-head" d="{head}"/>'
    classes = f'class="diagram-arrow diagram-arrow--{arrow.kind}"'
    if not has_link:
        return f"<g {classes}>{title}{paths}</g>"
    # The line is too thin to point at, so a wider transparent one is the target.
    target = f'<path class="diagram-hit" d="{path}"/>'
    label = escape(arrow.statement, quote=True)
    return f'<a {classes} href="{escape(arrow.address)}" aria-label="{label}">{title}{target}{paths}</a>'


def _sides(box: Box) -> str:
    return f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
