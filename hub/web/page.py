"""The few plain pages that a person sees without a console."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Handelhub</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1rem}}</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""


def page(status: int, title: str, text: str) -> HTMLResponse:
    """Return a page that loads nothing and runs nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
    content = _PAGE.format(title=escape(title), text=escape(text))
    return HTMLResponse(content, status, {"content-security-policy": policy})
