"""The check finds everything that is wrong with a built site, and nothing else, and never leaves its folder."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from report.__main__ import main
from report.comparison.check import Finding, check
from report.comparison.published_site import LARGEST_RECORD
from report.errors import SiteError
from report.pipeline import build
from report.publishing.publish import publish
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store

CLAIM: dict[str, Any] = {
    "chapter": "one",
    "name": "sparse",
    "kind": "finding",
    "statement": "It is sparse.",
    "otherwise": "",
    "check": {
        "conditions": [
            {"text": "{bound}", "label": "", "cases": [{"name": "share", "value": 0.97}], "at_least": 0.95},
        ]
    },
    "state": "holds",
    "address": "one.html#sparse",
    "code": "sumint/analyses/one.py",
}


def claim(**fields: Any) -> dict[str, Any]:
    """The claim with other fields; those of its only case are `value` and `case`, its limit is `at_least`."""
    made = copy.deepcopy(CLAIM)
    (condition,) = made["check"]["conditions"]
    (case,) = condition["cases"]
    case["value"] = fields.pop("value", case["value"])
    case["name"] = fields.pop("case", case["name"])
    condition["at_least"] = fields.pop("at_least", condition["at_least"])
    return {**made, **fields}


INDEX = (
    '<p id="top"><a href="one.html#sparse">one</a> <a href="https://example.org/">elsewhere</a><script src="a.js">'
)
ONE = '<div id="sparse"><a href="index.html">back</a><figure data-figure="one/gram" data-component="clouds">'
PAGES = {
    "index.html": INDEX.encode(),
    "one.html": ONE.encode(),
    "a.js": b"",
    "assets/clouds.js": b"",
    "figures/one/gram.js": b"",
    "data/one/gram.json": b"{}",
}


def site_at(folder: Path, claims: object = (CLAIM,), pages: dict[str, str] | None = None) -> Path:
    """A small site, as a build publishes it."""
    claims_file = {"claims.json": json.dumps(claims).encode()}
    publish({**PAGES, **claims_file, **{path: html.encode() for path, html in (pages or {}).items()}}, folder)
    return folder


def without_checking_links(folder: Path, pages: dict[str, str]) -> Path:
    """A small site with pages that no build would publish, but that its manifest lists."""
    site_at(folder)
    for path, html in pages.items():
        (folder / path).write_text(html)
        in_manifest(folder, path, hashlib.sha256(html.encode()).hexdigest())
    return folder


def in_manifest(folder: Path, path: str, digest: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][path] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest))


def with_build_record(folder: Path, record: str | None) -> None:
    """Add a fingerprint and a record of the build to a site."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps({"inputs": "0", **manifest}))
    (folder / "build.json").unlink(missing_ok=True)
    if record is not None:
        (folder / "build.json").write_text(record)


def lines_of(findings: list[Finding]) -> list[tuple[str, str]]:
    """The kind and the printed line of each finding."""
    return [(finding.kind, str(finding)) for finding in findings]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return site_at(tmp_path / "site")


def test_a_site_as_it_is_published_has_nothing_wrong(site: Path, capsys) -> None:
    (site / ".gitignore").write_text("*\n")
    with_build_record(site, '{"host": "here"}')
    assert check(site) == []
    assert main(["check", str(site)]) == 0
    assert capsys.readouterr().out == f"{site}: OK\n"


def test_a_real_site_has_nothing_wrong_but_claims(
    tmp_path: Path, tiny_weights: Weights, filled_cache: Path
) -> None:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    build(Lab(tmp_path / "tiny.safetensors", store=Store(filled_cache / "results")), tmp_path / "site")
    assert {finding.kind for finding in check(tmp_path / "site")} == {"claims that do not hold"}


def remove(path: str) -> Callable[[Path], None]:
    return lambda site: (site / path).unlink()


def write(path: str, text: str) -> Callable[[Path], None]:
    def replace(site: Path) -> None:
        (site / path).write_text(text)

    return replace


def link(path: str, to: str) -> Callable[[Path], None]:
    def replace(site: Path) -> None:
        (site / path).unlink(missing_ok=True)
        (site / path).symlink_to(to)

    return replace


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (remove("data/one/gram.json"), [("missing files", "data/one/gram.json: is in the manifest")]),
        (
            write("data/one/gram.json", "[]"),
            [("changed files", "data/one/gram.json: was changed after publishing")],
        ),
        (
            write("data/new.json", "[]"),
            [("files that are not in the manifest", "data/new.json: is in the folder")],
        ),
        (write("data/build.json", "[]"), [("files that are not in the manifest", "data/build.json: is in")]),
        (
            link("data/one/gram.json", "/etc/passwd"),
            [("not regular files", "data/one/gram.json: is a symbolic")],
        ),
        (link("data/more", "/etc"), [("not regular files", "data/more: is a symbolic link")]),
        (lambda site: os.mkfifo(site / "pipe"), [("not regular files", "pipe: is not a regular file")]),
        (remove("manifest.json"), [("unreadable files", "manifest.json: is missing")]),
        (link("manifest.json", "../elsewhere"), [("unreadable files", "manifest.json: is a symbolic link"), ...]),
        (write("manifest.json", "no"), [("unreadable files", "manifest.json: is not valid JSON")]),
        (write("manifest.json", "[" * 100_000), [("unreadable files", "manifest.json: is nested too deeply")]),
        (
            write("manifest.json", "[" + " " * LARGEST_RECORD),
            [("unreadable files", "manifest.json: expected at most")],
        ),
        (
            write("manifest.json", '{"generator": "sumint"}'),
            [("unreadable files", "manifest.json: expected `files` to map paths")],
        ),
        (
            write("manifest.json", '{"generator": "sumint", "files": {"a": 1}}'),
            [("unreadable files", "manifest.json: expected `files` to map paths")],
        ),
        (lambda site: with_build_record(site, None), [("unreadable files", "build.json: is missing")]),
        (lambda site: with_build_record(site, "{"), [("unreadable files", "build.json: is not valid JSON")]),
        (
            lambda site: with_build_record(site, "[]"),
            [("unreadable files", "build.json: expected an object that describes the build")],
        ),
        (
            write("provenance.json", "[]"),
            [
                ("unreadable files", "provenance.json: expected an object that maps labels to texts"),
                ("files that are not in the manifest", "provenance.json"),
            ],
        ),
        (
            link("provenance.json", "/etc/passwd"),
            [
                ("unreadable files", "provenance.json: is a symbolic link"),
                ("not regular files", "provenance.json"),
            ],
        ),
        (
            lambda site: in_manifest(site, "../../etc/passwd", "0"),
            [("missing files", "../../etc/passwd: is in the manifest")],
        ),
        (
            lambda site: in_manifest(site, "/etc/passwd", "0"),
            [("missing files", "/etc/passwd: is in the manifest")],
        ),
        (
            remove("figures/one/gram.js"),
            [
                ("missing files", "figures/one/gram.js"),
                (
                    "dead links and missing parts of pages",
                    "one.html: shows the figure one/gram, but figures/one/gram.js is not in the site",
                ),
            ],
        ),
        (
            remove("assets/clouds.js"),
            [
                ("missing files", "assets/clouds.js"),
                ("dead links and missing parts of pages", "one.html: shows the component clouds"),
            ],
        ),
        (
            remove("a.js"),
            [
                ("missing files", "a.js"),
                ("dead links and missing parts of pages", "index.html: links to a.js, which is not in the site"),
            ],
        ),
    ],
)
def test_each_damage_is_found_and_nothing_else(
    damage: Callable[[Path], None], found: list[Any], site: Path
) -> None:
    damage(site)
    seen = lines_of(check(site))
    if found[-1] is ...:
        found, seen = found[:-1], seen[: len(found) - 1]
    assert len(seen) == len(found), seen
    for (kind, line), (expected_kind, beginning) in zip(seen, found, strict=True):
        assert kind == expected_kind
        assert line.startswith(beginning)
    assert main(["check", str(site)]) == 1


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ('<a href="gone.html">', "links to gone.html, which is not in the site"),
        ('<a href="one.html#gone">', "links to one.html#gone, but one.html has no such anchor"),
        ('<a href="../../../etc/passwd">', "links to ../../../etc/passwd, which is not in the site"),
        ('<a href="http://[">', "links to http://[, which is not a valid address (Invalid IPv6 URL)"),
        ('<p id="a"><p id="a">', "the anchor a is set twice"),
        ("<div>" * 300, "cannot be read (more than 256 elements are inside one another)"),
    ],
)
def test_each_dead_link_is_found_and_nothing_else(html: str, complaint: str, tmp_path: Path) -> None:
    site = without_checking_links(tmp_path / "site", {"more.html": html})
    (one,) = lines_of(check(site))
    assert one[0] == "dead links and missing parts of pages"
    assert one[1].startswith(f"more.html: {complaint}")


def test_all_dead_links_are_found_at_once(tmp_path: Path) -> None:
    pages = {f"{number}.html": '<a href="x"><a href="y">' for number in range(3)}
    assert len(check(without_checking_links(tmp_path / "site", pages))) == 6


def test_bytes_that_are_no_text_are_a_finding(site: Path) -> None:
    (site / "one.html").write_bytes(b"\xff")
    assert ("dead links and missing parts of pages", "one.html: cannot be read") in [
        (kind, line[:24]) for kind, line in lines_of(check(site))
    ]


@pytest.mark.parametrize(
    ("claims", "complaint"),
    [
        ({}, "expected a list of claims"),
        ([7], "claim 1: "),
        ([CLAIM, []], "claim 2: "),
        ([claim(name=7)], "claim 1: `name`: "),
        ([claim(check=[1])], "claim 1: `check`: "),
        ([claim(state="yes")], "claim 1: `state`: "),
        ([claim(value="much")], "claim 1: `check.conditions.0"),
        ([claim(value=10**400)], "claim 1: `check.conditions.0"),
        ([claim(at_least=None)], "claim 1: `check.conditions.0"),
        ([{key: value for key, value in CLAIM.items() if key != "state"}], "claim 1: `state`: "),
        ([CLAIM, CLAIM], "expected unique names, found two claims one/sparse"),
        ([claim(value=float("nan"))], "is not valid JSON (it contains NaN)"),
    ],
)
def test_claims_of_another_shape_are_a_finding(claims: object, complaint: str, tmp_path: Path) -> None:
    (one,) = lines_of(check(site_at(tmp_path / "site", claims)))
    assert one[0] == "unreadable files"
    assert one[1].startswith(f"claims.json: {complaint}")


def test_a_number_that_is_far_too_large_for_a_float_is_a_finding(site: Path) -> None:
    (site / "claims.json").write_text(json.dumps([claim(value=0)]).replace('"value": 0', '"value": 1e400'))
    found = {kind: line for kind, line in lines_of(check(site)) if kind != "changed files"}
    assert found.keys() == {"unreadable files"}
    assert found["unreadable files"].startswith("claims.json: claim 1: `check.conditions.0")


def test_a_verdict_that_does_not_follow_from_the_numbers_is_a_finding(tmp_path: Path, capsys) -> None:
    site = site_at(tmp_path / "site", [claim(value=0.12), claim(name="round", state="failed")])
    kind = "claims whose verdict does not follow from their numbers"
    assert lines_of(check(site)) == [
        (kind, "one/sparse: states “Holds”, but its numbers give “Does not hold”"),
        (kind, "one/round: states “Failed”, but its numbers give “Holds”"),
    ]
    assert main(["check", str(site)]) == 1
    assert capsys.readouterr().out.endswith(f"{site}: {kind}: 2\n")


def test_a_claim_that_does_not_hold_is_listed_and_wrong_if_strict(tmp_path: Path, capsys) -> None:
    theirs = claim(name="theirs", state="not-applicable", check={"reason": "It is of another."})
    near = claim(name="near", state="near-fails", value=0.94)
    near["check"]["conditions"][0]["cases"][0]["n"] = 100
    claims = [CLAIM, claim(name="round", state="fails", value=0.9), theirs, near]
    site = site_at(tmp_path / "site", claims)
    lines = (
        "  one/round: 90.0% (share) (criterion: at least 95%)\n"
        "  one/near: 94.0% (95% interval 87.5% to 97.2%, n = 100; share) (criterion: at least 95%)\n"
    )
    listed = f"claims that do not hold: 2\n{lines}\n"
    assert main(["check", str(site), "--strict"]) == 1
    assert capsys.readouterr().out == f"{listed}{site}: claims that do not hold: 2\n"
    # The option of earlier versions is accepted, and has no effect.
    for options in ([], ["--claims-may-fail"]):
        assert main(["check", str(site), *options]) == 0
        assert capsys.readouterr().out == f"{listed}{site}: OK (claims that do not hold: 2)\n"
    (site / "a.js").write_text("changed")
    assert main(["check", str(site)]) == 1
    assert capsys.readouterr().out.endswith(f"{site}: changed files: 1\n")


def test_what_is_listed_cannot_move_the_cursor_or_stop_the_encoding(tmp_path: Path, capsysbinary) -> None:
    hostile = "\x1b[2J\u202e\ud800\n" + "x" * 10_000
    site = site_at(tmp_path / "site", [claim(name=hostile, case=hostile, value=0.1, state="fails")])
    (site / "a\x1b[2Jb\n").write_text("")
    assert main(["check", str(site)]) == 1
    printed = capsysbinary.readouterr().out.decode()
    assert not set(printed) & {"\x1b", "\u202e"}
    assert max(map(len, printed.splitlines())) < 1_000
    assert len(printed.splitlines()) == 7


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ('{"name": "a web app"}', "does not contain a site of this report; give the folder of a built site"),
        ('{"generator": "another"}', "does not contain a site of this report; give the folder of a built site"),
        ("[]", "does not contain a site of this report; give the folder of a built site"),
        (None, "does not contain a site of this report; give the folder of a built site"),
    ],
)
def test_a_folder_that_is_no_site_is_said_to_be_none(
    manifest: str | None, complaint: str, tmp_path: Path, capsys
) -> None:
    (tmp_path / "index.html").write_text("a page")
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    assert main(["check", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path} {complaint}\n"


def test_what_is_no_folder_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="file is not a folder"):
        check(tmp_path / "file")
    with pytest.raises(SiteError, match="gone does not exist") as raised:
        check(tmp_path / "gone")
    assert raised.value.exit_code == 2


def test_folders_nested_deeper_than_calls_are_walked_through(site: Path) -> None:
    depth = sys.getrecursionlimit() + 100
    here = Path.cwd()
    os.chdir(site)
    try:
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("f").touch()
        (one,) = check(site)
        Path("f").unlink()
        for _ in range(depth):  # what pytest clears away may not be as deep
            os.chdir("..")
            Path("d").rmdir()
    finally:
        os.chdir(here)
    assert one.kind == "files that are not in the manifest"


def test_a_folder_that_may_not_be_read_is_a_finding(
    site: Path, ordinary_user: Callable[[], AbstractContextManager[None]]
) -> None:
    (site / "data").chmod(0o000)
    here = Path.cwd()
    try:
        os.chdir(site.parent)  # what is above it is open to nobody else
        site.parent.chmod(0o755)
        with ordinary_user():
            kinds = {(finding.kind, finding.where) for finding in check(Path("site"))}
    finally:
        os.chdir(here)
        (site / "data").chmod(0o755)
    assert kinds == {("not regular files", "data"), ("missing files", "data/one/gram.json")}
