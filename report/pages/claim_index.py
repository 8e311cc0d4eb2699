"""All claims of a report by their address: what texts ask about them, and how links to them are marked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from report.content.chapter import Chapter
from report.content.claims.claim import Claim
from report.content.claims.states import State
from report.content.failures import LaterError
from report.pages.text.conditions import Facts
from report.pages.text.markdown import caption

LINK = re.compile(r'<a href="(?:(?P<stem>[\w-]+)\.html)?#(?P<name>[\w-]+)">.*?</a>', re.DOTALL)
"""A link of a text to an anchor of the report; the link of an outcome has a class, and needs no mark."""


@dataclass(frozen=True)
class ClaimIndex:
    """The claims of a report, each by the stem of its page and its name: how-it-carries#carry-sites."""

    claims: Mapping[str, Claim]
    left_out: frozenset[str] = frozenset()
    """The stems of the chapters that are left out on this checkpoint."""
    is_the_write_ups: bool = False
    """Whether the report is about the write-up's checkpoint."""
    resembles_the_write_ups: bool = False
    """Whether it is about another checkpoint that resembles that one."""
    compares_seeds: bool = False
    """Whether there are other checkpoints of the same sizes, with which this one is compared."""
    runs_live: bool = False
    """Whether the network is small enough to run in a page."""
    missing: frozenset[str] = frozenset()
    """The stems of the package's chapters that the report does not contain."""
    unfinished: frozenset[str] = frozenset()
    """The stems of the chapters that are still being made; to ask for one of their claims is a `LaterError`."""

    @classmethod
    def of(
        cls,
        chapters: Mapping[str, Chapter],
        missing: frozenset[str] = frozenset(),
        unfinished: frozenset[str] = frozenset(),
        **about_the_checkpoint: bool,
    ) -> ClaimIndex:
        """The claims of these chapters, which are given by stem."""
        claims = {f"{stem}#{claim.name}": claim for stem, chapter in chapters.items() for claim in chapter.claims}
        left_out = frozenset(stem for stem, chapter in chapters.items() if chapter.left_out)
        return cls(claims, left_out, missing=missing, unfinished=unfinished, **about_the_checkpoint)

    def facts(self, stem: str) -> Facts:
        """What the text of a page may ask: its own claims by name, those of other pages as `stem#name`."""

        def state_of(name: str) -> State | None:
            address = name if "#" in name else f"{stem}#{name}"
            claim = self._claim(address)
            if claim is None and self._is_missing(address):
                return "not-measured"
            return claim and claim.state

        about = {
            "is_the_write_ups": self.is_the_write_ups,
            "resembles_the_write_ups": self.resembles_the_write_ups,
            "compares_seeds": self.compares_seeds,
            "can_add": not self.left_out,
            "runs_live": self.runs_live and "live-model" not in self.missing,
            "is_whole": not self.missing,
            "shows_digits": "unembedding" not in self.missing,
        }
        return Facts(state_of, about)

    def outcome(self, address: str) -> Markup:
        """The outcome of a claim as a phrase of a text: its mark, and the sentence that is true, with a link.

        Raises:
            ValueError: if there is no such claim.
        """
        if self._is_missing(address):
            return Markup("")
        claim = self._claim(address)
        if claim is None:
            raise ValueError(
                f"there is no claim {address}; expected the page and the name: how-it-carries#carry-sites"
            )
        stem, _, name = address.partition("#")
        # Before the sentence that is true instead, the words "does not hold" would deny it.
        label = claim.sentence_label
        return Markup(
            '<span class="outcome"><span class="verdict verdict--{}"><span{}>{}:</span></span> '
            '<a class="outcome-link" href="{}.html#{}">{}</a></span>'
        ).format(
            claim.css_class,
            Markup(' class="unseen"') if claim.was_checked else "",
            label,
            stem,
            name,
            caption(claim.sentence, f"claim {name}"),
        )

    def measured(self, address: str) -> Markup:
        """The number that decides a claim, as text.

        Raises:
            ValueError: if there is no such claim, or no number that decides it.
        """
        if self._is_missing(address):
            return Markup("")
        claim = self._claim(address)
        if claim is None or not claim.check.short_value:
            raise ValueError(f"there is no claim {address} with a measured number")
        return escape(claim.check.short_value)

    def _claim(self, address: str) -> Claim | None:
        """The claim with an address; None if there is none."""
        if address.partition("#")[0] in self.unfinished:
            raise LaterError
        return self.claims.get(address)

    def _is_missing(self, address: str) -> bool:
        """Whether a claim belongs to a chapter that the report does not contain."""
        return address.partition("#")[0] in self.missing

    def marked(self, html: Markup, stem: str) -> Markup:
        """The HTML of a page with a mark after each link to a claim that does not hold or was not checked.

        A link to a figure of a chapter that is left out leads to the chapter's page.
        """

        def mark(link: re.Match[str]) -> str:
            claim = self._claim(f"{link['stem'] or stem}#{link['name']}")
            if claim is None and link["stem"] in self.left_out:
                return link[0].replace(f"#{link['name']}", "", 1)
            if claim is None or claim.holds:
                return link[0]
            return f'{link[0]} <span class="link-mark">({_in_brackets(claim)})</span>'

        return Markup(LINK.sub(mark, html))


def _in_brackets(claim: Claim) -> str:
    """The state as a link's mark: a claim near its limit is marked like one that is not."""
    return "does not hold here" if claim.does_not_hold else claim.label.lower()
