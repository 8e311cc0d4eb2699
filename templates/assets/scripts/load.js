// Loads a script when it is needed. A page that is opened from a disk may load scripts and may fetch nothing, so data
// and libraries are scripts. In the single-file form of the report another script of this kind stands here.
"use strict";
{
  const loads = new Map();

  const load = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
      document.head.append(script);
    });

  // Resolves when the script at an address of the site has run; it runs once, however often it is asked for.
  window.loadScript = (address) => {
    if (!loads.has(address)) loads.set(address, load(address));
    return loads.get(address);
  };

  // What the page is sure to need is read while the rest of the page is, but only once something has been painted.
  const { ahead } = document.currentScript.dataset;
  const afterPaint = (work) => requestAnimationFrame(() => setTimeout(work));
  if (ahead) afterPaint(() => loadScript(ahead).catch(() => {}));
}
