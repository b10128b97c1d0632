import { homedir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { cacheFolder } from "../../src/node/cacheFolder.ts";

const home = (...names: string[]) => path.join(homedir(), ...names, "convlens");

it.each([
  ["linux", {}, home(".cache")],
  ["linux", { XDG_CACHE_HOME: "/var/kept" }, path.join("/var/kept", "convlens")],
  ["linux", { XDG_CACHE_HOME: "not/absolute" }, home(".cache")],
  ["darwin", {}, home("Library", "Caches")],
  ["darwin", { XDG_CACHE_HOME: "/var/kept" }, path.join("/var/kept", "convlens")],
  ["win32", {}, home("AppData", "Local")],
] as const)("keeps caches on %s with %j in %s", (platform, environment, folder) => {
  expect(cacheFolder(environment, platform)).toBe(folder);
});
