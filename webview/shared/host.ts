/**
 * The page's way out: VS Code's webview API, or an object of the same form that a plain web page puts into
 * `window.convlensHost` (the live page). Messages arrive as `message` events in both.
 */

export interface Host<Out> {
  readonly post: (message: Out) => void;
  readonly setState: (state: unknown) => void;
  readonly getState: () => unknown;
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
