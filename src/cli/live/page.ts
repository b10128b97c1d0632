/** The live page: the panel's own bundle in a plain browser tab, with a bridge where VS Code would be. */

/**
 * Stands in for the editor: messages of the server arrive as `message` events, the panel's go back by POST.
 * A string, since it runs in the page.
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

export interface PageOptions {
  readonly title: string;
  readonly locale: string;
  readonly nonce: string;
}

/** The lesson needs nothing from the server: its bundle has the worked example. */
export function lessonHtml({ title, locale, nonce }: PageOptions): string {
  return htmlOf({ title, locale, nonce }, "/lesson.css", ["/lesson.js"]);
}

/** The same root and the same `data-nonce` as the extension's webview page. */
export function pageHtml(options: PageOptions): string {
  return htmlOf(options, "/panel.css", ["/bridge.js", "/panel.js"]);
}

function htmlOf({ title, locale, nonce }: PageOptions, style: string, scripts: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="${style}">
</head>
<body data-nonce="${nonce}">
<div id="root"></div>
${scripts.map((script) => `<script nonce="${nonce}" src="${script}"></script>\n`).join("")}</body>
</html>
`;
}

/** Nothing but what this server sends itself, and no inline script or style without the page's own nonce. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
