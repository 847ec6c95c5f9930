"""Content hashes that name things: tagged with their algorithm, and derivable again by anyone.

The digest is taken over canonical JSON (sorted keys, no spaces, UTF-8), so the same content has
the same name on every machine.
"""

import hashlib
import json
from collections.abc import Mapping

_N_HEX = 32


def content_hash(kind: str, content: Mapping[str, object]) -> str:
    """The name of `content` among things of its `kind`: `sha256:` and 32 hexadecimal digits.

    >>> content_hash("passage", {"text": "a"}) == content_hash("passage", {"text": "a"})
    True
    """
    canonical = json.dumps(
        {"kind": kind, **content},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=str,
    )
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()[:_N_HEX]
