// @ts-check
// Decodes the fonts before there is text to lay out, so that lines do not break again when the fonts are ready.
"use strict";
for (const font of document.fonts) font.load().catch(() => {}); // where a policy blocks them, others are used
