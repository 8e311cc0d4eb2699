// Fonts are decoded before there is text to set, so that no line breaks anew when they are ready.
"use strict";
for (const font of document.fonts) font.load();
