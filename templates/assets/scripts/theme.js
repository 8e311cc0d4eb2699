// Sets the theme before the first paint: light, dark or the system's; the choice is stored where that is possible.
"use strict";
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const remembered = () => {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto"; // a page opened from a disk may have no storage
    }
  };

  const remember = (choice) => {
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // Without storage the choice applies to this page only.
    }
  };

  const apply = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
    document.dispatchEvent(new Event("themechange"));
  };

  window.currentTheme = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

  apply(remembered());
  system.addEventListener("change", () => document.dispatchEvent(new Event("themechange")));

  document.addEventListener("DOMContentLoaded", () => {
    for (const radio of document.querySelectorAll("input[name=theme]")) {
      radio.checked = radio.value === (root.dataset.theme ?? "auto");
      radio.addEventListener("change", () => {
        remember(radio.value);
        apply(radio.value);
      });
    }
  });
}
