// @ts-check
// Sets the theme before the first paint: light, dark or the system's. The choice is stored where that is possible, for all
// pages of this site, and followed by those that are open in other tabs.
"use strict";
{
  const AUTO = "auto";
  const CHOICES = ["light", "dark"];
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => root.dataset.theme ?? AUTO;

  // All sites of an origin share its storage, and all files of a disk, so the key names the folder of this site; in the
  // report in a single file it names the file.
  const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : "";
  const KEY = `sumint.theme ${script ? new URL("..", script).pathname : location.pathname}`;

  // Without storage, as in a sandbox, with blocked cookies or if it is full, the choice applies to this page only.
  let isStored = true;
  const storedChoice = () => {
    try {
      return isStored ? (localStorage.getItem(KEY) ?? AUTO) : chosen();
    } catch {
      return chosen();
    }
  };
  const store = (/** @type {string} */ choice) => {
    try {
      localStorage.setItem(KEY, choice);
      isStored = true;
    } catch {
      isStored = false;
    }
  };

  sumint.currentTheme = () => {
    const choice = chosen();
    if (choice === "light" || choice === "dark") return choice;
    return system.matches ? "dark" : "light";
  };

  let shown = "";
  const showChoice = () => {
    for (const radio of sumint.elements.all(document, "input[name=theme]", HTMLInputElement))
      radio.checked = radio.value === chosen();
  };
  const announce = () => {
    const theme = sumint.currentTheme();
    if (theme === shown) return;
    shown = theme;
    document.dispatchEvent(new Event("themechange"));
  };
  const apply = (/** @type {string} */ choice) => {
    if (CHOICES.includes(choice)) root.dataset.theme = choice;
    else delete root.dataset.theme;
    showChoice();
    announce();
  };

  apply(storedChoice());
  system.addEventListener("change", announce);

  // The history may show a page as it was left; a browser may also restore the buttons of a page that is loaded again.
  addEventListener("pageshow", () => apply(storedChoice()));
  addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) apply(storedChoice()); // null: all of the storage was cleared
  });

  document.addEventListener("DOMContentLoaded", () => {
    showChoice();
    for (const radio of sumint.elements.all(document, "input[name=theme]", HTMLInputElement)) {
      radio.addEventListener("change", () => {
        store(radio.value);
        apply(radio.value);
      });
    }
  });
}
