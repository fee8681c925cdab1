// One photograph with its sentence.

import { contactSheet, drawVeil } from "./attention.js";
import { announce, element, notice } from "./page.js";

const wordDelay = 130;
const playDelay = 750;
const reducesMotion = matchMedia("(prefers-reduced-motion: reduce)");

const percent = (share) => (share == null ? "" : `${Math.round(share * 100)} %`);

export class Card {
  /** @param file {blob, name} */
  constructor(file) {
    this.file = file;
    this.image = element("img", { alt: `${file.name}, not captioned yet`, src: URL.createObjectURL(file.blob) });
    this.image.addEventListener("load", () => {
      // What is wider than high fills its place, even where it is a small picture.
      this.frame.classList.toggle("wide", this.image.naturalWidth > this.image.naturalHeight * 1.1);
    });
    this.overlay = element("canvas", { ariaHidden: "true" });
    this.frame = element("div", { className: "frame" }, this.image, this.overlay);
    this.body = element("div", { className: "saying" });
    this.root = element("article", { className: "card" },
      element("figure", { className: "picture" }, this.frame), this.body);
    this.root.setAttribute("aria-label", file.name);
    this.words = [];
    this.wait();
  }

  wait() {
    this.stop();
    this.show(null);
    this.body.replaceChildren(this.title(), element("p", { className: "waiting", textContent: "Looking …" }));
    this.root.setAttribute("aria-busy", "true");
  }

  title() { return element("h2", { className: "file", textContent: this.file.name }); }

  fail(message) {
    this.root.removeAttribute("aria-busy");
    this.body.replaceChildren(this.title(), element("p", { className: "wrong", textContent: message }));
    announce(`${this.file.name}: ${message}`);
  }

  /** @param answer as POST /v1/captions gives it */
  succeed(answer) {
    this.root.removeAttribute("aria-busy");
    this.answer = answer;
    this.selected = null;
    this.image.alt = answer.caption;
    const delay = reducesMotion.matches ? 0 : wordDelay;
    this.words = answer.words.map((entry, index) => this.word(entry, index, index * delay));
    const caption = element("div", { className: "caption", role: "group" }, ...this.words);
    caption.setAttribute("aria-label", `Caption: ${answer.caption}. One button a word.`);
    caption.addEventListener("keydown", (event) => this.moveFocus(event));
    caption.addEventListener("pointerleave", () => this.show(this.selected));
    this.body.replaceChildren(
      this.title(), caption, this.tools(), this.took(), ...this.otherSentences());
    announce(`${this.file.name}: ${answer.caption}`);
  }

  word({ word, probability }, index, delay) {
    const bar = element("i");
    bar.style.width = `${Math.max(2, (probability ?? 0) * 100)}%`;
    const button = element("button", { type: "button", className: "word" },
      element("span", { textContent: word }));
    button.append(element("span", { className: "bar-line", ariaHidden: "true" }, bar),
      element("small", { textContent: percent(probability) }));
    button.style.animationDelay = `${delay}ms`;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.show(index);
    });
    button.addEventListener("focus", () => this.show(index));
    button.addEventListener("blur", () => this.show(this.selected));
    button.addEventListener("click", () => this.select(this.selected === index ? null : index));
    return button;
  }

  moveFocus(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = this.words.indexOf(document.activeElement);
    this.words[(place + step + this.words.length) % this.words.length].focus();
  }

  select(index) {
    this.stop();
    this.selected = index;
    this.words.forEach((word, place) => word.setAttribute("aria-pressed", String(place === index)));
    this.show(index);
  }

  /** Lays a word's map over the photograph; null: none. */
  show(index) {
    const attention = this.answer?.attention;
    this.overlay.classList.toggle("shown", index != null && Boolean(attention));
    this.overlay.dataset.word = index ?? "";
    if (index == null || !attention) return;
    const { width, height } = this.image.getBoundingClientRect();
    const scale = Math.min(devicePixelRatio || 1, 2);
    [this.overlay.width, this.overlay.height] = [Math.round(width * scale), Math.round(height * scale)];
    drawVeil(this.overlay.getContext("2d"), attention, index, 0, 0, this.overlay.width, this.overlay.height);
  }

  // What can be done with it

  tools() {
    this.playButton = element("button", { type: "button", textContent: "Play the words", disabled: !this.answer.attention });
    this.playButton.addEventListener("click", () => (this.playing ? this.select(null) : this.play()));
    const copy = element("button", { type: "button", textContent: "Copy as alt text" });
    copy.addEventListener("click", () => this.copy());
    const save = element("button", { type: "button", textContent: "Download" });
    save.addEventListener("click", () => this.download());
    return element("div", { className: "tools" }, this.playButton, copy, save);
  }

  play() {
    this.select(null);
    let index = 0;
    const step = () => {
      if (index === this.words.length) return this.select(null);
      this.words.forEach((word, place) => word.setAttribute("aria-pressed", String(place === index)));
      this.show(index);
      index += 1;
      this.playing = setTimeout(step, playDelay);
    };
    this.playButton.textContent = "Stop";
    step();
  }

  stop() {
    clearTimeout(this.playing);
    this.playing = null;
    if (this.playButton) this.playButton.textContent = "Play the words";
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.answer.caption);
      notice("The caption is on the clipboard.");
    } catch {
      notice(this.answer.caption);
    }
  }

  async download() {
    const { words, attention, caption } = this.answer;
    const blob = await contactSheet(this.image, words, attention, caption);
    const link = element("a", {
      href: URL.createObjectURL(blob), download: `${this.file.name.replace(/\.[^.]*$/, "")}-attention.png`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  took() {
    const { load, encode, decode, queue } = this.answer.milliseconds;
    const all = Math.round(load + encode + decode + queue);
    return element("p", { className: "took", textContent: `${all} ms, of which ${Math.round(queue)} waiting` });
  }

  otherSentences() {
    const others = (this.answer.beams ?? []).slice(1);
    if (others.length === 0) return [];
    const best = this.answer.beams[0].log_probability;
    const items = others.map((beam) => {
      const share = Math.exp(beam.log_probability - best);
      const bar = element("i");
      bar.style.width = `${Math.max(1, Math.min(1, share) * 100)}%`;
      const text = beam.finished ? beam.caption : `${beam.caption} …`;
      return element("li", {}, element("span", { textContent: text }),
        element("small", { textContent: `log p ${beam.log_probability.toFixed(2)}` }),
        element("span", { className: "bar-line", ariaHidden: "true" }, bar));
    });
    const title = others.length === 1 ? "Another sentence it weighed" : `${others.length} other sentences it weighed`;
    return [element("details", { open: true }, element("summary", { textContent: title }),
      element("ol", { className: "beams" }, ...items))];
  }
}
