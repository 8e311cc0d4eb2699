// Copies a link to a figure, a table or a claim when its number is clicked, and the citation when its button is.
"use strict";
{
  const SHOWN_FOR = 1500;
  const announcement = document.getElementById("announcement");

  const say = (element) => {
    announcement.textContent = element.dataset.copied;
    element.classList.add("copied");
    setTimeout(() => element.classList.remove("copied"), SHOWN_FOR);
  };

  const copyAddress = async (link) => {
    const address = new URL(location.href);
    address.hash = link.hash;
    try {
      await navigator.clipboard.writeText(address.href);
    } catch {
      return; // the click has still followed the link, and the address bar has it
    }
    say(link);
  };

  const copyText = async (button) => {
    const text = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text); // the reader can copy it from here
      return;
    }
    say(button);
  };

  for (const element of document.querySelectorAll("[data-copied]")) {
    const copy = element.dataset.copies ? copyText : copyAddress;
    element.addEventListener("click", () => copy(element));
  }
}
