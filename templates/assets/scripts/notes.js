// @ts-check
// Shows the note of a term or a citation: while the pointer is over it, while it has the focus, and when it is tapped.
// Without this script a term leads to the glossary and a citation to the references, as they do on a click.
"use strict";
{
  const SHOWN_AFTER = 150;
  const HIDDEN_AFTER = 250;
  const WORDS = ".term, .reference, .picture-part";

  /** @typedef {HTMLAnchorElement | SVGAElement} Words */
  /** @type {{ words: Words, note: HTMLElement } | null} */
  let shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pending;

  const wordsAt = (/** @type {EventTarget | null} */ target) => {
    const words = target instanceof Element ? target.closest(WORDS) : null;
    return words instanceof HTMLAnchorElement || words instanceof SVGAElement ? words : null;
  };
  const isInNote = (/** @type {EventTarget | null} */ target) =>
    shown !== null && target instanceof Node && shown.note.contains(target);

  const hide = () => {
    clearTimeout(pending);
    if (!shown) return;
    delete shown.words.dataset.noted;
    shown.note.hidePopover();
    shown = null;
  };

  /** @type {(words: Words, pointer?: PointerEvent) => void} */
  const show = (words, pointer) => {
    clearTimeout(pending);
    if (shown?.words === words) return;
    hide();
    const note = document.getElementById(words.getAttribute("aria-describedby") ?? "");
    if (!note) return;
    shown = { words, note };
    words.dataset.noted = "";
    note.showPopover();
    // Words that continue on the next line have two rectangles; the note stands at the first.
    // The note of a wire stands at the pointer: the wire can cross the whole picture.
    const [first] = words.getClientRects();
    const at = pointer && { left: pointer.clientX, top: pointer.clientY - 14, bottom: pointer.clientY + 14 };
    const box = words.matches(".picture-wire") && at ? at : first;
    const screen = { width: document.documentElement.clientWidth, height: innerHeight };
    const place = sumint.notePlace(box, note.getBoundingClientRect(), screen);
    note.style.left = `${place.left + scrollX}px`;
    note.style.top = `${place.top + scrollY}px`;
  };

  const later = (/** @type {() => void} */ act, /** @type {number} */ milliseconds) => {
    clearTimeout(pending);
    pending = setTimeout(act, milliseconds);
  };

  document.addEventListener("pointerover", (event) => {
    const { target, pointerType } = event;
    if (pointerType !== "mouse") return;
    const words = wordsAt(target);
    if (words) later(() => show(words, event), SHOWN_AFTER);
    else if (isInNote(target)) clearTimeout(pending);
    else if (shown && shown.words !== document.activeElement) later(hide, HIDDEN_AFTER);
    else clearTimeout(pending);
  });
  document.addEventListener("focusin", ({ target }) => {
    const words = wordsAt(target);
    if (words?.matches(":focus-visible")) show(words);
    else if (!words && !isInNote(target)) hide();
  });
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (shown && target === shown.words && !isInNote(relatedTarget)) hide();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (shown && wordsAt(target) !== shown.words && !isInNote(target)) hide();
  });
  document.addEventListener(
    "click",
    (event) => {
      const words = wordsAt(event.target);
      const isTap = event instanceof PointerEvent && (event.pointerType === "touch" || event.pointerType === "pen");
      if (words && isTap && shown?.words !== words) {
        event.preventDefault();
        event.stopPropagation();
        show(words, event);
      } else if (words || isInNote(event.target)) hide();
    },
    { capture: true },
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
