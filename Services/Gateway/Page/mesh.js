// The mesh as it is now, asked for every second while it is looked at.

import * as gateway from "./gateway.js";
import { byID, element, notice } from "./page.js";

const interval = 1000;
const remembered = 120;

const titles = {
  load: ["Load", "Reads photographs"],
  encode: ["Encode", "Turns each into a grid of features"],
  decode: ["Decode", "Writes the sentences"],
  score: ["Score", "Measures captions for evaluations"],
};
const roles = { load: "loader", encode: "encoder", decode: "decoder", score: "scorer" };

let timer;
let isWatched = false;
let before;
const history = [];

export function watch(isWanted) {
  if (isWanted === isWatched) return;
  isWatched = isWanted;
  clearTimeout(timer);
  if (isWatched) look(false);
}

async function look(isQuiet) {
  try {
    show(await gateway.meshStatus(isQuiet));
  } catch (error) {
    byID("mesh-state").textContent = error.message;
    before = undefined;
  }
  clearTimeout(timer);
  if (isWatched) timer = setTimeout(() => look(true), interval);
}

function show(status) {
  const now = performance.now();
  const done = new Map(Object.values(status.stages).flatMap((stage) =>
    stage.workers.map((worker) => [worker.id, worker.done])));
  const completed = status.counters.completed ?? 0;
  const seconds = before ? (now - before.now) / 1000 : 0;
  const isSame = before && before.pid === status.pid && seconds > 0;
  const rate = isSame ? Math.max(0, completed - before.completed) / seconds : 0;
  const rates = new Map([...done].map(([id, count]) =>
    [id, isSame && before.done.has(id) ? Math.max(0, count - before.done.get(id)) / seconds : 0]));
  before = { now, done, completed, pid: status.pid };
  history.push(rate);
  if (history.length > remembered) history.shift();

  byID("mesh-state").textContent = status.draining
    ? "It finishes what it has and takes nothing more."
    : status.ready ? "Ready: every stage has a worker." : "Not ready: a stage has no worker yet.";
  facts(status, rate);
  drawRates();
  const isAdministrator = status.role === "administrator" && Boolean(status.supervisor);
  const list = byID("stages");
  const focused = document.activeElement?.dataset?.act;
  list.replaceChildren(...Object.keys(titles).filter((name) => status.stages[name])
    .map((name) => stage(status.stages[name], status, rates, isAdministrator)));
  if (focused) list.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// Numbers

const number = (value, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
const megabytes = (bytes) => `${number(bytes / 2 ** 20)} MB`;
function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${number(seconds / 3600, 1)} h` : `${number(seconds / 86400, 1)} d`;
}
const wait = (value) => (value == null ? "–" : `${number(value, value < 10 ? 1 : 0)} ms`);

function terms(list, pairs, wrap) {
  list.replaceChildren(...pairs.flatMap(([term, text]) => {
    const pair = [element("dt", { textContent: term }), element("dd", { textContent: text })];
    return wrap ? [element("div", {}, ...pair)] : pair;
  }));
  return list;
}

function facts(status, rate) {
  const memory = Object.values(status.stages).flatMap((stage) => stage.workers)
    .reduce((sum, worker) => sum + (worker.memory_bytes ?? 0), status.memory_bytes);
  terms(byID("facts"), [
    ["Captions a second", number(rate, 1)],
    ["In hand", number(status.requests)],
    ["Captioned so far", number(status.counters.completed ?? 0)],
    ["Memory of all", megabytes(memory)],
    ["Up for", duration(status.uptime_seconds)],
  ], true);
}

function drawRates() {
  const canvas = byID("rate");
  const { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const context = canvas.getContext("2d");
  const style = getComputedStyle(document.querySelector("nav a[aria-current]"));
  const top = Math.max(1, ...history) * 1.15;
  const x = (index) => canvas.width * (1 - (history.length - 1 - index) / (remembered - 1));
  const y = (value) => canvas.height - 2 * scale - (canvas.height - 6 * scale) * value / top;
  context.beginPath();
  history.forEach((value, index) => context.lineTo(x(index), y(value)));
  context.strokeStyle = style.color;
  context.lineWidth = 2 * scale;
  context.lineJoin = "round";
  context.stroke();
  context.lineTo(canvas.width, canvas.height);
  context.lineTo(x(0), canvas.height);
  context.globalAlpha = 0.12;
  context.fillStyle = style.color;
  context.fill();
}

// Stages

function stage(stage, status, rates, isAdministrator) {
  const [title, meaning] = titles[stage.name];
  const count = stage.workers.length;
  const bar = element("i");
  bar.style.width = `${Math.min(100, stage.queued / 64 * 100)}%`;
  const rate = stage.workers.reduce((sum, worker) => sum + (rates.get(worker.id) ?? 0), 0);
  const numbers = terms(element("dl", { className: "numbers" }), [
    ["Waiting", number(stage.queued)], ["In hand", number(stage.in_flight)],
    ["A second", number(rate, 1)], ["Usual wait", wait(stage.mean_wait_ms)],
    ["Longest wait now", wait(stage.longest_wait_ms)],
  ]);
  const made = element("li", { className: "stage" },
    element("h2", { textContent: title },
      element("small", { textContent: count === 1 ? "1 worker" : `${count} workers` })),
    element("p", { textContent: meaning }),
    element("div", { className: "queue", ariaHidden: "true" }, bar), numbers,
    element("ul", { className: "workers" },
      ...stage.workers.map((each) => worker(each, rates, isAdministrator))));
  if (isAdministrator && stage.name === "encode") made.append(scaling(roles[stage.name], status));
  return made;
}

function worker(worker, rates, isAdministrator) {
  const text = element("span", {},
    `Worker ${worker.id}, ${worker.state}`,
    element("small", {
      textContent: `${number(worker.done)} done, ${number(rates.get(worker.id) ?? 0, 1)} a second`
        + (worker.memory_bytes ? `, ${megabytes(worker.memory_bytes)}` : ""),
    }));
  const made = element("li", { className: "worker" },
    element("span", { className: "dot", ariaHidden: "true" }), text);
  made.dataset.state = worker.state;
  if (isAdministrator) {
    const button = act("Drain", `drain-${worker.id}`, () => gateway.drain(worker.id),
      `Worker ${worker.id} finishes what it has; another takes its place.`);
    button.setAttribute("aria-label", `Drain worker ${worker.id}`);
    button.disabled = worker.state === "draining";
    made.append(button);
  }
  return made;
}

function scaling(role, status) {
  const wanted = status.supervisor.counts[role];
  const add = act("Add", "add", () => gateway.scale({ [role]: wanted + 1 }),
    `${wanted + 1} ${role}s from now on.`);
  const remove = act("Remove", "remove", () => gateway.scale({ [role]: wanted - 1 }),
    `${wanted - 1} ${role}s from now on.`);
  add.setAttribute("aria-label", `Add an ${role}`);
  remove.disabled = wanted <= 1;
  remove.setAttribute("aria-label", `Remove an ${role}`);
  return element("div", { className: "ways" }, add, remove);
}

function act(text, name, action, done) {
  const button = element("button", { type: "button", textContent: text });
  button.dataset.act = name;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await action();
      notice(done);
    } catch (error) {
      notice(error.message);
    }
    look(true);
  });
  return button;
}
