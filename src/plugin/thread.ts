/** The script of the engine's thread. */
import path from "node:path";
import { createEngine } from "../engine/engine.ts";
import { loadParsers } from "../node/wasm.ts";
import { serveThread } from "./serveThread.ts";

void serveThread(async () => {
  // In a packed extension the parsers lie with its other bundles.
  const parsers = await loadParsers([path.join(__dirname, "..", "..", "dist")]);
  return (host, settings) => createEngine({ parsers, host, settings });
});
