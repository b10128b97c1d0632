/** Where this user's caches lie, by the customs of each system. What lies there may be deleted at any time. */
import { homedir } from "node:os";
import path from "node:path";

export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  const named = platform === "win32" ? LOCALAPPDATA : XDG_CACHE_HOME;
  // The XDG rules ignore a folder that is not absolute.
  const base =
    named && path.isAbsolute(named) ? named : path.join(homedir(), ...(USUAL[platform] ?? [".cache"]));
  return path.join(base, "convlens");
}

const USUAL: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  win32: ["AppData", "Local"],
  darwin: ["Library", "Caches"],
};
