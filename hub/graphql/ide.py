"""The page that a browser gets in demo mode: GraphiQL, or a plain editor where it cannot be loaded."""

from __future__ import annotations

from html import escape

import orjson

from hub.graphql.examples import EXAMPLES

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Handelhub API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" crossorigin href="https://unpkg.com/graphiql@3.8.3/graphiql.min.css"
 integrity="sha384-Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM">
<style>
 html, body, #room { height: 100%; margin: 0; }
 .plain { box-sizing: border-box; height: 100%; padding: 1rem; display: grid; gap: .5rem;
  grid: auto 1fr / 1fr 1fr; font: 14px/1.4 system-ui, sans-serif; }
 .plain header { grid-column: 1 / 3; display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
 .plain input { flex: 1; min-width: 12rem; }
 .plain textarea, .plain pre { margin: 0; padding: .75rem; border: 1px solid #ccc; border-radius: 4px; overflow: auto;
  font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; }
</style>
</head>
<body>
<div id="room"></div>
<script crossorigin src="https://unpkg.com/react@18.2.0/umd/react.production.min.js"
 integrity="sha384-tMH8h3BGESGckSAVGZ82T9n90ztNXxvdwvdM6UoR56cYcf+0iGXBliJ29D+wZ/x8"></script>
<script crossorigin src="https://unpkg.com/react-dom@18.2.0/umd/react-dom.production.min.js"
 integrity="sha384-bm7MnzvK++ykSwVJ2tynSE5TRdN+xL418osEVF2DE/L/gfWHj91J2Sphe582B1Bh"></script>
<script crossorigin src="https://unpkg.com/graphiql@3.8.3/graphiql.min.js"
 integrity="sha384-HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie"></script>
<script>
const path = __PATH__, examples = __EXAMPLES__, room = document.getElementById("room");
const token = new URLSearchParams(location.hash.slice(1)).get("token") || sessionStorage.getItem("hub-token") || "";
if (token) sessionStorage.setItem("hub-token", token);
const bearer = (value) => "Bearer " + value.replace(/^bearer /i, "");
if (window.React && window.ReactDOM && window.GraphiQL) withGraphiQL(); else withPlainEditor();

function withGraphiQL() {
  const url = new URL(path, location.href), live = new URL(url);
  live.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const headers = JSON.stringify({ Authorization: bearer(token || "paste a token here") }, null, 2);
  const fetcher = GraphiQL.createFetcher({ url: url.href, subscriptionUrl: live.href });
  const defaultTabs = examples.map(([, query]) => ({ query, headers }));
  ReactDOM.createRoot(room).render(React.createElement(GraphiQL, {
    fetcher, defaultTabs, defaultHeaders: headers, defaultQuery: examples[0][1], shouldPersistHeaders: false,
  }));
}

function withPlainEditor() {
  room.innerHTML = '<div class="plain"><header><select></select><input placeholder="access token">' +
    '<button>Run</button><button>Stop</button></header><textarea spellcheck="false"></textarea><pre></pre></div>';
  const [choice, secret, run, stop] = room.querySelectorAll("select, input, button");
  const text = room.querySelector("textarea"), out = room.querySelector("pre");
  secret.value = token;
  examples.forEach(([name], place) => choice.append(new Option(name, place)));
  choice.onchange = () => { text.value = examples[choice.value][1]; };
  choice.onchange();
  let running = null;
  stop.onclick = () => running && running.abort();
  run.onclick = async () => {
    stop.onclick();
    running = new AbortController();
    out.textContent = "";
    const streams = /^\\s*subscription/.test(text.value);
    const answer = await fetch(path, {
      method: "POST", signal: running.signal, body: JSON.stringify({ query: text.value }),
      headers: { "Content-Type": "application/json", Authorization: bearer(secret.value),
        Accept: streams ? "text/event-stream" : "application/graphql-response+json" },
    });
    if (!streams || !answer.ok) { out.textContent = JSON.stringify(await answer.json(), null, 2); return; }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      out.textContent += part.value.replace(/^event:.*\\r?\\n|^:.*\\r?\\n/gm, "");
    }
  };
}
</script>
</body>
</html>
"""


def ide_page(path: str) -> str:
    """Return the page; it asks the API at ``path``. A token may be handed over behind ``#token=`` of the address."""
    examples = orjson.dumps(EXAMPLES).decode().replace("<", "\\u003c")
    return PAGE.replace("__PATH__", orjson.dumps(escape(path)).decode()).replace("__EXAMPLES__", examples)
