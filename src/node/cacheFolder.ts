/** Where this user's caches lie, by the customs of each system. What lies there may be deleted at any time. */
import { homedir } from "node:os";
import path from "node:path";

export interface UserSystem {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** A relative path in the environment names nothing, as the standard of these folders says. */
export function userCache(
  { env, platform, home }: UserSystem = { env: process.env, platform: process.platform, home: homedir() },
): string {
  const { join, isAbsolute } = platform === "win32" ? path.win32 : path.posix;
  const named = [platform === "win32" ? env.LOCALAPPDATA : undefined, env.XDG_CACHE_HOME].find(
    (folder) => folder !== undefined && isAbsolute(folder),
  );
  const usual =
    platform === "win32"
      ? join(home, "AppData", "Local")
      : platform === "darwin"
        ? join(home, "Library", "Caches")
        : join(home, ".cache");
  return join(named ?? usual, "convlens");
}
