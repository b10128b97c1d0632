/** pip's configuration files, as Python's `configparser` reads them: sections, `=` or `:`, values over indented lines. */
import path from "node:path";
import type { System } from "./cache.ts";

/** Values of one file by section and key. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function parseConfig(text: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let key: string | undefined;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, before = "", value = ""] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = undefined;
    } else if (/^\s/.test(line) && key !== undefined) {
      section.set(key, `${section.get(key)}\n${line.trim()}`.trim());
    } else if (before !== "") {
      key = before.trim().toLowerCase().replaceAll("_", "-");
      section.set(key, value);
    }
  }
  return sections;
}

/** Where pip looks, the later ones winning: the machine's, the user's, the environment's, the one that is named. */
export function pipFiles({ env, platform, home }: Omit<System, "read">): readonly string[] {
  const { join } = platform === "win32" ? path.win32 : path.posix;
  const named = env.PIP_CONFIG_FILE;
  if (named !== undefined && /^(\/dev\/null|nul)$/i.test(named)) return [];
  const file = platform === "win32" ? "pip.ini" : "pip.conf";
  const own = env.XDG_CONFIG_HOME || join(home, ".config");
  const places =
    platform === "win32"
      ? [
          env.ProgramData && join(env.ProgramData, "pip", file),
          join(home, "pip", file),
          env.APPDATA && join(env.APPDATA, "pip", file),
        ]
      : platform === "darwin"
        ? [
            join("/Library/Application Support/pip", file),
            join(home, ".pip", file),
            join(own, "pip", file),
            join(home, "Library/Application Support/pip", file),
          ]
        : [
            ...(env.XDG_CONFIG_DIRS || "/etc/xdg").split(":").map((folder) => join(folder, "pip", file)),
            join("/etc", file),
            join(home, ".pip", file),
            join(own, "pip", file),
          ];
  const environment = env.VIRTUAL_ENV && join(env.VIRTUAL_ENV, file);
  return [...places, environment, named].filter((place) => place !== undefined && place !== "") as string[];
}

/** What the files say together, for `pip install`. */
export function pipSettings(system: System): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  const files = pipFiles(system).map((file) => parseConfig(system.read(file) ?? ""));
  for (const section of ["global", "install"])
    for (const file of files) for (const [key, value] of file.get(section) ?? []) settings.set(key, value);
  for (const [name, value] of Object.entries(system.env)) {
    const [, key] = /^PIP_(\w+)$/i.exec(name) ?? [];
    if (key !== undefined && value) settings.set(key.toLowerCase().replaceAll("_", "-"), value);
  }
  return settings;
}
