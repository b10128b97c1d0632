/** The live page: the panel's own bundle in a plain browser tab, with a bridge where VS Code would be. */

/**
 * Stands in for the editor: messages of the server arrive as `message` events, the panel's go back by POST.
 * A string, since it runs in the page; the one thing it does not know is the nonce.
 */
export const BRIDGE = `"use strict";
window.convlensHost = {
  postMessage(message) {
    fetch("/message", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    }).catch(() => {});
  },
};
new EventSource("/events").addEventListener("message", (event) => {
  window.postMessage(JSON.parse(event.data), window.location.origin);
});
`;

export function pageHtml(options: { readonly title: string; readonly locale: string }): string {
  return `<!DOCTYPE html>
<html lang="${escapeHtml(options.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(options.title)}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/panel.css">
</head>
<body>
<div id="app"></div>
<script src="/bridge.js"></script>
<script src="/panel.js"></script>
</body>
</html>
`;
}

/** Nothing but what this server sends itself, and no inline script or style. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
