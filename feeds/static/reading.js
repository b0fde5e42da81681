// What the pages do better with scripts: size of type in steps and remembered, copying, filtering the directory.
// Every page works without this file; it needs no other host and keeps nothing but the size of type, on the device.
"use strict";

(() => {
  const KEY = "bantin-co-chu";
  const NORMAL = 2;
  const LARGEST = 5;
  const root = document.documentElement;
  let size = NORMAL;

  const recall = () => {
    // Storage is refused by some private modes and settings; the size is then simply not remembered.
    try {
      const kept = Number(localStorage.getItem(KEY));
      return Number.isInteger(kept) && kept >= 1 && kept <= LARGEST ? kept : NORMAL;
    } catch {
      return NORMAL;
    }
  };

  const remember = () => {
    try {
      localStorage.setItem(KEY, String(size));
    } catch {
      return;
    }
  };

  const show = () => {
    root.dataset.size = String(size);
  };

  const wireSizes = () => {
    const plain = document.querySelector("fieldset.sizes");
    const stepped = document.querySelector("div.sizes");
    if (!plain || !stepped) return;
    const chosen = [...plain.querySelectorAll("input")].findIndex((input) => input.checked) + 1;
    // A size chosen before this script ran, on this page, is the reader's latest word.
    if (chosen && chosen !== NORMAL) size = chosen;
    plain.remove();
    stepped.hidden = false;
    const said = stepped.querySelector("[role=status]");
    const buttons = [...stepped.querySelectorAll("button")];
    const target = (button) => {
      const step = Number(button.dataset.step);
      return step ? Math.min(LARGEST, Math.max(1, size + step)) : NORMAL;
    };
    const refresh = () => {
      show();
      for (const button of buttons) button.setAttribute("aria-disabled", String(target(button) === size));
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        size = target(button);
        refresh();
        remember();
        said.textContent = said.dataset.said.replace("{n}", String(size));
      });
    }
    refresh();
  };

  const copy = async (field) => {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      // Plain http has no clipboard interface; the older command still works there.
      field.focus();
      field.select();
      return document.execCommand("copy");
    }
  };

  const wireCopying = () => {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      const field = document.getElementById(button.dataset.copy);
      const said = button.closest("section").querySelector("[role=status]");
      button.hidden = false;
      field.addEventListener("focus", () => field.select());
      button.addEventListener("click", async () => {
        said.textContent = (await copy(field)) ? button.dataset.copied : button.dataset.refused;
      });
    }
  };

  const fold = (text) =>
    text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim();

  const wireFilter = () => {
    const box = document.querySelector(".filter");
    if (!box) return;
    const field = box.querySelector("input");
    const said = box.querySelector("[role=status]");
    const jump = document.querySelector(".jump");
    const groups = [...document.querySelectorAll(".group")];
    const rows = groups.flatMap((group) =>
      [...group.querySelectorAll("li")].map((item) => ({ item, name: fold(item.querySelector(".title").textContent) })),
    );
    box.hidden = false;
    field.addEventListener("input", () => {
      const words = fold(field.value).split(" ").filter(Boolean);
      const found = rows.filter(({ name }) => words.every((word) => name.includes(word)));
      const kept = new Set(found.map(({ item }) => item));
      // A child stays readable only below its parents.
      for (const { item } of found) {
        for (let up = item.parentElement.closest("li"); up; up = up.parentElement.closest("li")) kept.add(up);
      }
      for (const { item } of rows) item.hidden = !kept.has(item);
      for (const group of groups) group.hidden = !group.querySelector("li:not([hidden])");
      if (jump) jump.hidden = words.length > 0;
      const sentence = found.length ? said.dataset.found.replace("{n}", String(found.length)) : said.dataset.none;
      said.textContent = words.length ? sentence : "";
    });
    if (field.value) field.dispatchEvent(new Event("input"));
  };

  size = recall();
  show();
  document.addEventListener("DOMContentLoaded", () => {
    wireSizes();
    wireCopying();
    wireFilter();
  });
})();
