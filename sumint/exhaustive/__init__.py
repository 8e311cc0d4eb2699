"""The network on every sum there is: no sample, and no shortcut by symmetry, since the network has none.

What numba compiles is kept in the cache folder, for the next run. It is told so before it is imported.
"""

import os

from sumint.folders import cache_folder
from sumint.keys import Key, sources_of

# By all the sources: numba itself would look at the outermost function's file alone.
_SOURCES = Key("compiled", {"sources": sources_of("sumint.exhaustive.kernel")})
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "compiled" / _SOURCES.digest[:16]))
# The kernel spells its vectors out: costly optimizations find nothing to do, and it is ready sooner without them.
os.environ.setdefault("NUMBA_OPT", "1")
