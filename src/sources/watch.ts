/** Hears of every change of what is kept, whichever process makes it. */
import { existsSync, type FSWatcher, mkdirSync, watch } from "node:fs";
import { cacheFolder } from "./cache.ts";

/** Milliseconds without a change: packages that come together are told of once. */
const REST = 300;

/** Gives what ends it. Where the system does not tell of changes, nobody hears of them. */
export function watchKept(onChange: () => void, cache = cacheFolder()): () => void {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    try {
      mkdirSync(cache, { recursive: true });
      watcher = watch(cache, { persistent: false }, soon).on("error", () => watcher?.close());
    } catch {
      // A home that may not be written to keeps no packages.
    }
  }
  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(tell, REST);
  }
  function tell(): void {
    if (!existsSync(cache)) {
      // The user removed it; what is made in its place is another folder.
      watcher?.close();
      start();
    }
    onChange();
  }

  start();
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
