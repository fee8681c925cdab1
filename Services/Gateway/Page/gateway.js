// Calls to the gateway.

const tokenKey = "captionmesh-token";

/** What the gateway said went wrong. */
export class GatewayError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const storedToken = {
  get value() { return sessionStorage.getItem(tokenKey); },
  set value(token) {
    if (token) sessionStorage.setItem(tokenKey, token);
    else sessionStorage.removeItem(tokenKey);
  },
};

/** Called where a token is needed; resolves to whether there is another one. */
let askForToken = async () => false;
export function whenTokenIsNeeded(ask) { askForToken = ask; }

async function request(path, options = {}, isQuiet = false) {
  const headers = new Headers(options.headers);
  if (storedToken.value) headers.set("Authorization", `Bearer ${storedToken.value}`);
  const response = await fetch(path, { ...options, headers });
  if (response.ok) return response;
  if (response.status === 401 && !isQuiet && await askForToken()) {
    return request(path, options, isQuiet);
  }
  const problem = await response.json().catch(() => ({}));
  throw new GatewayError(response.status, problem.detail ?? `The mesh answered ${response.status}.`);
}

export async function models() { return (await request("v1/models")).json(); }

/** @param isQuiet whether to ask for no token. */
export async function meshStatus(isQuiet) {
  return (await request("v1/mesh", {}, isQuiet)).json();
}

async function post(path, body) {
  await request(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
}

export const scale = (counts) => post("v1/mesh/scale", counts);
export const drain = (worker) => post("v1/mesh/drain", { worker });

/**
 * Captions photographs and hands on each answer as it comes.
 *
 * @param files an array of {blob, name}
 * @param report called with (event, data), event one of "begin", "caption", "failure", "end"
 */
export async function caption(files, { model, beam }, report) {
  const form = new FormData();
  for (const { blob, name } of files) form.append("image", blob, name);
  const query = new URLSearchParams({ model, beam, attention: "true", beams: "true" });
  const response = await request(`v1/captions?${query}`, {
    method: "POST", headers: { Accept: "text/event-stream" }, body: form,
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let hasEnded = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const [event, data] = text.slice(0, end).split("\n");
      hasEnded ||= event === "event: end";
      report(event.slice("event: ".length), JSON.parse(data.slice("data: ".length)));
    }
  }
  if (!hasEnded) throw new GatewayError(0, "The mesh stopped in the middle. Try again.");
}
