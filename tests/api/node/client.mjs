// Follows syncEvents with the stock client: node client.mjs URL TOKEN COUNT AFTER prints one cursor a line.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, token, count, after] = process.argv.slice(2);
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
});
const events = client.iterate({
  query: "subscription Follow($after: String) { syncEvents(after: $after) { cursor } }",
  variables: { after },
});

let left = Number(count);
for await (const { data, errors } of events) {
  if (errors) throw new Error(JSON.stringify(errors));
  console.log(data.syncEvents.cursor);
  if (--left === 0) break;
}
await client.dispose();
