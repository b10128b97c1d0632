/**
 * The page's way out: VS Code's webview API, or an object of the same form that a plain web page puts into
 * `window.convlensHost` (the live page). Messages arrive as `message` events in both.
 */

import type { ExportFormat } from "../../src/protocol/messages.ts";

export interface Host<Out> {
  readonly post: (message: Out) => void;
  readonly setState: (state: unknown) => void;
  readonly getState: () => unknown;
  /** The editor asks where to save; a plain page hands the browser a download. */
  readonly savesFiles: boolean;
}

interface WebviewApi {
  postMessage(message: unknown): void;
  setState?(state: unknown): void;
  getState?(): unknown;
}

declare global {
  var acquireVsCodeApi: (() => WebviewApi) | undefined;
  var convlensHost: WebviewApi | undefined;
}

const STATE_KEY = "convlens";

export function connect<In, Out>(
  parse: (data: unknown) => In | undefined,
  receive: (message: In) => void,
): Host<Out> {
  const api = globalThis.acquireVsCodeApi?.() ?? globalThis.convlensHost;
  window.addEventListener("message", (event) => {
    const message = parse(event.data);
    if (message !== undefined) receive(message);
  });
  return {
    post: (message) => api?.postMessage(message),
    setState: (state) => (api?.setState ? api.setState(state) : storeState(state)),
    savesFiles: globalThis.acquireVsCodeApi !== undefined,
    getState: () => (api?.getState ? api.getState() : storedState()),
  };
}

/** A plain page keeps its state for the life of the tab. Storage may be forbidden: then the state is not kept. */
function storeState(state: unknown): void {
  try {
    sessionStorage.setItem(STATE_KEY, JSON.stringify(state));
  } catch {
    return;
  }
}

function storedState(): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(STATE_KEY) ?? "null");
  } catch {
    return null;
  }
}

const FILES: Readonly<Record<ExportFormat, readonly [extension: string, type: string]>> = {
  svg: ["svg", "image/svg+xml"],
  png: ["png", "image/png"],
  csv: ["csv", "text/csv"],
  json: ["json", "application/json"],
  markdown: ["md", "text/markdown"],
  html: ["html", "text/html"],
};

/** Hands data to the browser as a download; PNG comes as base64. */
export function download(format: ExportFormat, name: string, data: string): void {
  const [extension, type] = FILES[format];
  const content = format === "png" ? Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)) : data;
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
