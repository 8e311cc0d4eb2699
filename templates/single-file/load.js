// @ts-check
// Takes the place of assets/load.js in the single file: the files that assets/load.js loads by address, and those to
// which pages link, are in the file itself, gzipped and in base64. The page's policy names each script by its hash.
"use strict";
{
  const blockOf = (/** @type {string} */ address) => {
    const block = document.querySelector(`script[data-file="${CSS.escape(address)}"]`);
    return block instanceof HTMLScriptElement ? block : null;
  };

  const unpack = async (/** @type {HTMLScriptElement} */ block) => {
    const bytes = Uint8Array.from(atob(block.textContent ?? ""), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).blob();
  };

  /** @type {Map<string, Promise<void>>} */
  const loads = new Map();
  const load = async (/** @type {string} */ address) => {
    const block = blockOf(address);
    if (!block) throw new Error(`${address} is not in this file`);
    const script = document.createElement("script");
    script.textContent = await (await unpack(block)).text();
    document.head.append(script);
  };
  sumint.loadScript = (address) => {
    const loading = loads.get(address) ?? load(address);
    loads.set(address, loading);
    return loading;
  };

  const save = (/** @type {Blob} */ blob, /** @type {string} */ address) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = address.split("/").slice(-2).join("-");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const open = async (/** @type {HTMLScriptElement} */ block) => save(await unpack(block), block.dataset.file ?? "");

  // Links in the page are anchors already, unlike those to files and those made by scripts. A query opens the file again,
  // so that scripts read it there as on a page.
  const addressIn = (/** @type {string} */ href) => {
    const [, page, query = "", anchor] = href.match(/^(?:\.\.\/)*([\w-]+)\.html(\?[^#]*)?(?:#(.*))?$/) ?? [];
    if (!document.querySelector(`[data-page="${page}"]`)) return null;
    return `${query}#${anchor ? `${page}/${anchor}` : page}`;
  };
  sumint.openAddress = (href) => location.assign(addressIn(href) ?? href);
  document.addEventListener("click", (event) => {
    const href = event.target instanceof Element && event.target.closest("a[href]")?.getAttribute("href");
    if (!href) return;
    const block = blockOf(href);
    const address = addressIn(href);
    if (!block && address === null) return;
    event.preventDefault();
    if (block) open(block);
    else location.assign(address ?? "");
  });
}
