"""The documentation of checks, from Markdown to HTML that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from sfgov.report.inert import visible

_HIGHEST = 4
"""The level of the topmost heading in a documentation: h2 is the section, h3 the check."""


def to_html(text: str) -> Markup:
    """CommonMark as HTML. Tags in the text are shown, not obeyed; only http and https links are links."""
    return Markup(_reader().render(visible(text)))  # noqa: S704 - the reader escapes everything


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}, renderer_cls=_Renderer)
    reader.disable("image")
    reader.validateLink = _is_web_address  # type: ignore[method-assign]
    return reader


def _is_web_address(url: str) -> bool:
    return re.match(r"https?://", url, re.IGNORECASE) is not None


class _Renderer(RendererHTML):
    """Headings that fit below the report's own, and examples with the name of their file."""

    def heading_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at].tag = _lowered(tokens[at].tag)
        return self.renderToken(tokens, at, options, env)

    heading_close = heading_open

    def fence(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """A fence ```` ```xml path/of/example ```` is a figure whose caption is the path."""
        code = f"<pre><code>{escape(tokens[at].content)}</code></pre>"
        path = " ".join(tokens[at].info.split()[1:])
        caption = f"<figcaption>{escape(path)}</figcaption>\n" if path else ""
        return f"<figure>\n{caption}{code}\n</figure>\n"


def _lowered(tag: str) -> str:
    return f"h{min(6, _HIGHEST - 2 + max(2, int(tag[1])))}"
