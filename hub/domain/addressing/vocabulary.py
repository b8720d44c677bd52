"""Words that street lines of the Netherlands, Belgium, Germany and France are made of, as patterns."""

from __future__ import annotations

import re

MONTHS = (
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
    r"|januar|jänner|februar|märz|mai|august|dezember"
    r"|janvier|février|fevrier|mars|avril|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
)
ORDINAL = r"\d{1,3}(?:e|de|ste|er|re|ère|ere|ième|ème|eme|nde|nd|°)"

WAYS = (
    r"rue|avenue|av|boulevard|bd|bld|blvd|chemin|ch|route|rte|place|pl|quai|impasse|imp|allée|allee|allées|cours|square"
    r"|chaussée|chaussee|chée|passage|ruelle|sentier|esplanade|promenade|villa|cité|cite|clos|drève|dreve|résidence"
    r"|residence|faubourg|fbg|fg|montée|montee|voie|rond-point|lotissement|venelle|digue|traverse|hameau|galerie"
)
"""French names for ways, which follow the number."""

NO_NUMBERS = r"lieu[- ]?dit|hameau|château|chateau|domaine|ferme"
"""French places that have no house numbers."""

YEAR_PLACES = r"plein|laan|place|square|platz|allee|park"
"""Places that are called after a year."""

IN_STREETS = re.compile(
    # 17. Juni, 8 Mai 1945, 5 Meiplein
    rf"(?<!\w)(?:"
    rf"\d{{1,2}}\.?\s+(?:{MONTHS})(?:\b|(?=straat|plein|laan|platz))(?:\s+(?:1[89]|20)\d\d\b(?=$|[\s,]))?"
    rf"|{ORDINAL}(?=[\s-]+[^\W\d])"  # 1e Helmersstraat
    rf"|\d{{1,3}}\.(?=\s*[^\W\d])"  # 2. Querstraße
    rf"|(?:19|18)\d\d\s?[-/]\s?(?:(?:19|18)\d\d|\d\d)(?=[\s,]+\d)"  # Plein 1940-1945
    rf"|(?<=plein )(?:1[89]|20)\d\d\b|(?<=laan )19\d\d\b|(?<=place )(?:1[89]|20)\d\d\b|(?<=platz )19\d\d\b"
    rf")",
    re.IGNORECASE,
)
"""Numbers that belong to a street's name."""

QUADRANT = re.compile(r"[A-U]\s?\d{1,2}(?=[\s,]+\d)")
"""A block of Mannheim, which stands for a street."""

PO_BOX = re.compile(
    r"(?P<name>post\s?bus|post\s?fach|antwoordnummer|bo[iî]te\s+postale|b\.?\s?p\.?|c\.?\s?s\.?|tsa|p\.?\s?o\.?\s?box)"
    r"\.?\s*(?:nr\.?|n°|:)?\s*(?P<number>\d[\d ]*)",
    re.IGNORECASE,
)
ATTENTION = re.compile(
    r"(?<!\w)(?:t\.?\s?a\.?\s?v\.?|ter attentie van|p/a|c/o|z\.?\s?h(?:d|dn|änden)\.?|à l['’]att(?:ention|n?\.)"
    r"|a l['’]att(?:ention|n?\.)|att(?:n|entie|ention)?[.:]|attn|chez)(?=[\s:.]|$)",
    re.IGNORECASE,
)

SUFFIX = re.compile(
    r"(?:[a-z]{1,2}|bis|ter|quater|quinquies|huis|rood|zwart|rd|zw|hs|hg|hoog|boven|beneden|achter|voor|bg|ond"
    r"|[a-z]\d{1,3}|\d{1,3}\s?(?:hg|hs|hoog|e|v|vh|bg|bis)?[a-z]?|i{1,3}|iv|vi{0,3}|ix|x)",
    re.IGNORECASE,
)
"""A word that may follow the house number."""

BOX_WORD = (
    r"bus|bte|bo[iî]te|box|b|hoog|app|appartement|appart|appt|apt|apartment|unit|etage|étage|verdieping|verd|kamer|toren|gebouw"
    r"|blok|bloc|wohnung|wohn|whg|top|stiege|tür|haus|aufgang|hinterhaus|vorderhaus|seitenflügel|hh|vh|hof"
    r"|b[aâ]t|b[aâ]timent|esc|escalier|porte|lot|studio|flat|zimmer|stock|og|eg|dg|ug|links|rechts|mitte|rdc|gelijkvloers"
    r"|bp|cs|poort|loods|hal|halle|ingang|entrée|entree"
)
BOX = re.compile(rf"(?:{BOX_WORD})\.?(?:\d{{1,4}}[a-z]?)?", re.IGNORECASE)
"""A word that names what lies behind the door."""
FLOOR = re.compile(r"\d{1,2}(?:\.|e|de|ste|er|ème|eme)?", re.IGNORECASE)
BOX_NAME = re.compile(r"n?[r°]?\.?:?[a-z]?\d{1,5}[a-z]{0,2}|[a-z]{1,2}|[ivx]{1,4}", re.IGNORECASE)
"""What follows the word for a box."""
