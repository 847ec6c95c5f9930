"""Where a model endpoint is, and how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

_HOSTED: Final = "api.openai.com"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where the endpoint is and how it is asked."""

    base_url: str
    key: str = field(default="", repr=False)
    api: str = "auto"
    timeout_s: float = 120.0
    options: Mapping[str, Any] = field(default_factory=dict)
    """`temperature` and `reasoning_effort`, where they are set."""

    @property
    def host(self) -> str:
        """The host alone."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def address(self) -> str:
        """Host, port and path, without anything that could be a secret."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{self.host}{port}{parts.path.rstrip('/')}"

    @property
    def is_hosted(self) -> bool:
        """Whether it is OpenAI itself."""
        return self.host == _HOSTED

    @property
    def is_here(self) -> bool:
        """Whether it is a server on this machine."""
        return self.host in _LOOPBACK

    @property
    def is_plain(self) -> bool:
        """Whether the key crosses a network in the open."""
        return bool(self.key) and self.base_url.startswith("http://") and not self.is_here
