// Completion in the editors of expressions: the city's facts by their Chinese names, what the form's parameters are
// called, and FEEL's own words. The page works without it.
"use strict";

const BREAKS = /[\s()[\],=<>+\-*/"“”]/;
const MOST = 10;
let words = null;

async function known(editor) {
  if (words === null) {
    const answer = await fetch(editor.dataset.words, { headers: { Accept: "application/json" } });
    words = answer.ok ? (await answer.json()).words : [];
  }
  return [...parameters(editor.form), ...words];
}

function parameters(form) {
  const names = form.querySelectorAll('[name^="version.parameters."][name$=".name"]');
  return [...names].filter((input) => input.value).map((input) => ({ word: input.value, told: "参数" }));
}

function started(editor) {
  const before = editor.value.slice(0, editor.selectionStart);
  let at = before.length;
  while (at > 0 && !BREAKS.test(before[at - 1])) at -= 1;
  return before.slice(at);
}

function fitting(all, begun) {
  const inside = all.filter(({ word }) => word !== begun && word.includes(begun));
  return inside.sort((a, b) => b.word.startsWith(begun) - a.word.startsWith(begun)).slice(0, MOST);
}

class Completion {
  constructor(editor) {
    this.editor = editor;
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `${editor.id}-suggestions`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", editor.labels[0]?.textContent ?? "");
    this.list.hidden = true;
    editor.after(this.list);
    editor.setAttribute("aria-haspopup", "listbox");
    editor.setAttribute("aria-autocomplete", "list");
    editor.setAttribute("aria-controls", this.list.id);
    editor.addEventListener("input", () => this.offer());
    editor.addEventListener("keydown", (event) => this.press(event));
    editor.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => this.point(event));
  }

  async offer() {
    const all = await known(this.editor);
    const begun = started(this.editor);
    const found = begun ? fitting(all, begun) : [];
    this.list.replaceChildren(...found.map((one, place) => this.option(one, place)));
    this.list.hidden = found.length === 0;
    this.choose(0);
  }

  option({ word, told }, place) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${place}`;
    item.setAttribute("role", "option");
    item.dataset.word = word;
    item.append(word);
    const small = document.createElement("small");
    small.textContent = told;
    item.append(small);
    return item;
  }

  choose(place) {
    const items = [...this.list.children];
    if (!items.length) {
      this.editor.removeAttribute("aria-activedescendant");
      return;
    }
    this.at = (place + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === this.at)));
    this.editor.setAttribute("aria-activedescendant", items[this.at].id);
    items[this.at].scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (this.list.hidden || event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) this.choose(this.at + moves[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.list.children[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  point(event) {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) this.take(item);
  }

  take(item) {
    const begun = started(this.editor);
    const end = this.editor.selectionStart;
    this.editor.setRangeText(item.dataset.word, end - begun.length, end, "end");
    this.close();
    this.editor.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    this.list.hidden = true;
    this.editor.removeAttribute("aria-activedescendant");
  }
}

document.querySelectorAll("textarea.feel").forEach((editor) => new Completion(editor));
