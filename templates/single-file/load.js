// Takes the place of assets/load.js in the single file: the files that assets/load.js loads by address, and those to
// which pages link, are in the file itself, gzipped and in base64. The page's policy names each script by its hash.
"use strict";
{
  const enclosed = (address) => document.querySelector(`script[data-file="${CSS.escape(address)}"]`);

  const unpack = async (block) => {
    const bytes = Uint8Array.from(atob(block.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).blob();
  };

  const loads = new Map();
  const load = async (address) => {
    const block = enclosed(address);
    if (!block) throw new Error(`${address} is not in this file`);
    const script = document.createElement("script");
    script.textContent = await (await unpack(block)).text();
    document.head.append(script);
  };
  window.loadScript = (address) => {
    if (!loads.has(address)) loads.set(address, load(address));
    return loads.get(address);
  };

  const save = (blob, address) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = address.split("/").slice(-2).join("-");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const reader = document.querySelector(".enclosed-reader");
  const read = async (blob) => {
    const page = new DOMParser().parseFromString(await blob.text(), "text/html");
    reader.querySelector(".enclosed-document").replaceChildren(...page.querySelector("main").childNodes);
    reader.showModal();
    reader.scrollTop = 0;
  };
  reader.addEventListener("click", (event) => {
    if (event.target === reader || event.target.closest("a, .enclosed-close")) reader.close();
  });

  const open = async (block) => {
    const address = block.dataset.file;
    const blob = await unpack(block);
    if (address.endsWith(".html")) read(blob);
    else save(blob, address);
  };

  // Links in the page are anchors already, unlike those to files and those made by scripts.
  const anchorOf = (href) => {
    const [, page, anchor] = href.match(/^(?:\.\.\/)*([\w-]+)\.html(?:#(.*))?$/) ?? [];
    if (!document.querySelector(`[data-page="${page}"]`)) return null;
    return anchor ? `${page}/${anchor}` : page;
  };
  document.addEventListener("click", (event) => {
    const href = event.target.closest?.("a[href]")?.getAttribute("href");
    if (!href) return;
    const block = enclosed(href);
    const anchor = anchorOf(href);
    if (!block && anchor === null) return;
    event.preventDefault();
    if (block) open(block);
    else location.hash = anchor;
  });
}
