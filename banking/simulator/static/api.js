// The control API of the simulator, and its stream of events.

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.json();
}

const phonePath = (phone, what) => `/sim/phones/${encodeURIComponent(phone)}/${what}`;

export const api = {
  people: () => call("GET", "/sim/people"),
  someoneNew: () => call("POST", "/sim/people", {}),
  chat: (phone) => call("GET", phonePath(phone, "chat")),
  sms: (phone) => call("GET", phonePath(phone, "sms")),
  sim: (phone) => call("GET", phonePath(phone, "sim")),
  trace: (phone) => call("GET", phonePath(phone, "trace")),
  act: (phone, what, body = {}) => call("POST", phonePath(phone, what), body),
  dials: () => call("GET", "/sim/misbehave"),
  setDials: (changes) => call("PUT", "/sim/misbehave", changes),
  behave: () => call("DELETE", "/sim/misbehave"),
};

// The browser reconnects by itself; `again` runs then, because events were missed.
// Resolves once events flow: whoever loads after that misses nothing.
export function listen(heard, again) {
  let source;
  let first = true;
  let flowing;
  const ready = new Promise((resolve) => { flowing = resolve; });
  const open = () => {
    source?.close();
    source = new EventSource("/sim/events");
    source.onopen = () => {
      if (!first) again();
      first = false;
      flowing();
    };
    source.onmessage = (event) => heard(JSON.parse(event.data));
  };
  open();
  // A page restored from the back-forward cache comes back with a dead stream.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  return ready;
}
