// Photographs come in by dropping, pasting, picking or the camera, and are captioned a few at a time.

import { Card } from "./card.js";
import * as gateway from "./gateway.js";
import { byID, element, notice } from "./page.js";

/** Photographs and bytes of one request. */
const batch = { count: 8, bytes: 24 << 20 };
const understood = ["image/jpeg", "image/png"];

const view = byID("photographs");
const cards = [];

export function begin() {
  byID("pick").addEventListener("click", () => byID("pick-file").click());
  byID("take").addEventListener("click", () => byID("take-file").click());
  for (const id of ["pick-file", "take-file"]) {
    byID(id).addEventListener("change", ({ target }) => {
      add([...target.files]);
      target.value = "";
    });
  }
  addEventListener("dragover", (event) => {
    event.preventDefault();
    view.classList.add("dragging");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) view.classList.remove("dragging");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    view.classList.remove("dragging");
    add([...event.dataTransfer.files]);
  });
  addEventListener("paste", (event) => add([...event.clipboardData.files]));
  byID("choices").addEventListener("change", () => captionAll(cards));
  byID("choices").addEventListener("submit", (event) => event.preventDefault());
  listModels();
}

async function listModels() {
  const select = byID("model");
  const { models, default: name } = await gateway.models().catch(() => ({ models: [] }));
  if (models.length === 0) return;
  // The only one is asked for as the default, which it stays when another takes its place.
  select.replaceChildren(...models.map((model) => element(
    "option", { value: models.length === 1 ? name : model.name, textContent: model.name })));
}

async function add(files) {
  if (files.length === 0) return;
  location.hash = "photographs";
  const added = [];
  for (const file of files) {
    const card = new Card({ blob: file, name: file.name || "pasted photograph" });
    cards.unshift(card);
    added.push(card);
  }
  view.classList.add("has-cards");
  byID("cards").prepend(...added.map((card) => card.root));
  await captionAll(added);
}

/** Captions cards in requests of a bounded size, one after the other. */
async function captionAll(wanted) {
  const options = { model: byID("model").value, beam: view.querySelector("[name=beam]:checked").value };
  for (const card of wanted) card.wait();
  const run = Symbol("run");
  for (const card of wanted) card.run = run;
  let [group, bytes] = [[], 0];
  for (const card of [...wanted, null]) {
    const size = card?.file.blob.size ?? 0;
    if (group.length > 0 && (!card || group.length === batch.count || bytes + size > batch.bytes)) {
      await captionGroup(group, options, run);
      [group, bytes] = [[], 0];
    }
    if (card) {
      group.push(card);
      bytes += size;
    }
  }
}

async function captionGroup(group, options, run) {
  const left = new Set(group);
  const answer = (index, act) => {
    const card = group[index];
    left.delete(card);
    // Another choice was made meanwhile.
    if (card.run === run) act(card);
  };
  try {
    const files = await Promise.all(group.map((card) => understandable(card.file)));
    await gateway.caption(files, options, (event, data) => {
      if (event === "caption") answer(data.index, (card) => card.succeed(data));
      if (event === "failure") answer(data.index, (card) => card.fail(data.error.detail));
    });
  } catch (error) {
    for (const card of left) if (card.run === run) card.fail(error.message);
    if (error.status === 429) notice("The mesh is full at the moment. Try again in a while.");
  }
}

/** The mesh reads JPEG and PNG; what else the browser shows is made a JPEG of. */
async function understandable(file) {
  if (understood.includes(file.blob.type)) return file;
  try {
    const bitmap = await createImageBitmap(file.blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return { name: file.name, blob: await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 }) };
  } catch {
    // The mesh says what it is not.
    return file;
  }
}
