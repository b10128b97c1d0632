/** A network's report as one HTML file: the panel's own bundle with the data inside, which opens from a disk. */
import type { ToPanel } from "../protocol/messages.ts";

export interface ReportPage {
  readonly title: string;
  readonly locale: string;
  /** The panel's bundle and its styles, as text. */
  readonly script: string;
  readonly style: string;
  readonly message: ToPanel;
  /** What the user had chosen in the panel. */
  readonly state: unknown;
}

/** Stands where the editor would: answers the panel's first message with the report. A string, since it runs in the page. */
const BRIDGE = `"use strict";
{
  const data = JSON.parse(document.getElementById("data").textContent);
  window.convlensHost = {
    postMessage(message) {
      if (message.type === "ready") window.postMessage(data.message, "*");
    },
    setState() {},
    getState() {
      return data.state;
    },
  };
}`;

export function reportPage(
  { title, locale, script, style, message, state }: ReportPage,
  nonce: string,
): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data: blob:`;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${style.replaceAll(/<\/style/gi, "<\\/style")}</style>
</head>
<body data-nonce="${nonce}">
<div id="root"></div>
<script nonce="${nonce}" id="data" type="application/json">${inScript(JSON.stringify({ message, state }))}</script>
<script nonce="${nonce}">${BRIDGE}</script>
<script nonce="${nonce}">${script.replaceAll(/<\/script/gi, "<\\/script").replaceAll("<!--", "<\\!--")}</script>
</body>
</html>
`;
}

/** JSON in which nothing can end the script element. */
function inScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
