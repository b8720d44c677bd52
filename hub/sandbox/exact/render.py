"""Bodies as Exact writes them: verbose OData JSON with CRLF, escaped slashes in dates, and its envelopes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from hub.sandbox.exact.edm import Edm, wire_value
from hub.sandbox.exact.entity import Entity
from hub.sandbox.exact.table import Row

_DATE = re.compile(r'"/Date\((-?\d+)\)/"')
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "))


def shape(
    entity: Entity, row: Row, root: str, select: frozenset[str], expanded: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    """Return one entity as the JSON object of the wire. An empty ``select`` means every field."""
    uri = f"{root}/{entity.path}({key_literal(entity, row)})"
    made: dict[str, Any] = {"__metadata": {"uri": uri, "type": entity.model}}
    for name, field in entity.fields.items():
        if select and name not in select and name not in expanded:
            continue
        if field.kind is not Edm.COLLECTION:
            made[name] = wire_value(field.kind, row.get(entity.alias.get(name, name)))
        elif name in expanded:
            made[name] = {"results": expanded[name]}
        else:
            made[name] = {"__deferred": {"uri": f"{uri}/{name}"}}
    return made


def key_literal(entity: Entity, row: Row) -> str:
    """Return the key of a row as it stands in addresses and skip tokens."""
    value = row[entity.alias.get(entity.key, entity.key)]
    match entity.fields[entity.key].kind:
        case Edm.GUID:
            return f"guid'{value}'"
        case Edm.INT64:
            return f"{value}L"
    return str(value)


def one(item: dict[str, Any]) -> str:
    """Return the body for a single entity."""
    return _escaped(f'{{\r\n"d" : {_object(item)}\r\n}}')


def bare(items: Iterable[dict[str, Any]]) -> str:
    """Return the body of a list asked for with $top: an array without ``results``."""
    return _escaped(f'{{\r\n"d" : [\r\n{", ".join(map(_object, items))}\r\n]\r\n}}')


def listing(items: Iterable[dict[str, Any]], following: str | None, count: int | None) -> str:
    """Return the body of a list asked for without $top."""
    parts = [f'"results": [\r\n{", ".join(map(_object, items))}\r\n]']
    if count is not None:
        parts.append(f'"__count": "{count}"')
    if following is not None:
        parts.append(f'"__next": {_ENCODER.encode(following)}')
    return _escaped(f'{{\r\n"d" : {{\r\n{", ".join(parts)}\r\n}}\r\n}}')


def error(text: str) -> str:
    """Return the error body; code and language are always empty."""
    value = _ENCODER.encode(text)
    return f'{{\r\n"error": {{\r\n"code": "", "message": {{\r\n"lang": "", "value": {value}\r\n}}\r\n}}\r\n}}'


def atom(entity: Entity, items: Sequence[dict[str, Any]]) -> str:
    """Return the Atom XML that a client gets who did not ask for JSON."""
    entries = "".join(f"<entry><content type='application/xml'>{_properties(item)}</content></entry>" for item in items)
    spaces = (
        'xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices" '
        'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
    )
    title = entity.path.rsplit("/", 1)[1]
    return f'<?xml version="1.0" encoding="utf-8"?><feed {spaces}><title type="text">{title}</title>{entries}</feed>'


def _properties(item: dict[str, Any]) -> str:
    fields = (
        f'<d:{name} m:null="true" />' if value is None else f"<d:{name}>{escape(str(value))}</d:{name}>"
        for name, value in item.items()
        if not isinstance(value, dict)
    )
    return f"<m:properties>{''.join(fields)}</m:properties>"


def _object(item: dict[str, Any]) -> str:
    text = _ENCODER.encode(item).replace('"__metadata": {', '"__metadata": {\r\n', 1)
    return f"{{\r\n{text[1:-1]}\r\n}}"


def _escaped(text: str) -> str:
    return _DATE.sub(r'"\\/Date(\1)\\/"', text)
