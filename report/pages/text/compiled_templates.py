"""The compiled code of templates, which is kept between builds."""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from sumint.store.keys import Key, versions
from sumint.store.results import Store
from sumint.store.sources import sources_of


class CompiledTemplates(BytecodeCache):
    """The compiled code of the templates of `Renderer`, in jinja2's interface for a cache.

    jinja2's own cache has no digests: a damaged file of it would run.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code of a template, if there is any for its text."""
        stored = self._store.load(self._key(bucket), bytes)
        if stored is not None:
            bucket.bytecode_from_string(stored)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self._store.save(self._key(bucket), bucket.bytecode_to_string())

    def _key(self, bucket: Bucket) -> Key:
        return Key(
            "compiled-template",
            {
                "template": bucket.key,
                "text": bucket.checksum,
                # Its options and filters decide what a template is compiled to.
                "sources": sources_of("report.pages.renderer"),
                "versions": versions(("jinja2",)),
            },
        )
