import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS, parseSettings } from "../../src/protocol/settings.ts";

const root = path.resolve(import.meta.dirname, "../..");
const text = (file: string): string => readFileSync(path.join(root, file), "utf8");
const manifest = JSON.parse(text("package.json"));
const english: Record<string, string> = JSON.parse(text("package.nls.json"));
const japanese: Record<string, string> = JSON.parse(text("package.nls.ja.json"));

/** Every string of the manifest that stands for a translated one. */
function placeholders(value: unknown): string[] {
  if (typeof value === "string") return /^%.+%$/.test(value) ? [value.slice(1, -1)] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(placeholders) : [];
}

describe("the extension's manifest", () => {
  it("has each of its strings in English and in Japanese, and no others", () => {
    const used = [...new Set(placeholders(manifest))].sort();
    expect(Object.keys(english).sort()).toEqual(used);
    expect(Object.keys(japanese).sort()).toEqual(used);
  });

  it("names pictures that exist", () => {
    const icons = [
      manifest.icon,
      ...manifest.contributes.viewsContainers.activitybar.map(({ icon }: { icon: string }) => icon),
    ];
    for (const icon of icons) expect(existsSync(path.join(root, icon)), icon).toBe(true);
  });

  it("shows in menus only commands that it contributes", () => {
    const commands = new Set(
      manifest.contributes.commands.map(({ command }: { command: string }) => command),
    );
    const menus = Object.values<{ command?: string }[]>(manifest.contributes.menus).flat();
    for (const { command } of menus) if (command) expect(commands).toContain(command);
  });

  it("declares the settings with the defaults that the code falls back to", () => {
    const properties: Record<string, { default: unknown }> = manifest.contributes.configuration.properties;
    const declared = Object.fromEntries(
      Object.entries(properties).map(([key, property]) => [key.replace(/^convlens\./, ""), property.default]),
    );
    expect(parseSettings(declared)).toEqual(DEFAULT_SETTINGS);
    expect(Object.keys(declared)).toHaveLength(Object.keys(DEFAULT_SETTINGS).length);
  });

  it("needs nothing at run time that is not bundled", () => {
    expect(manifest.dependencies).toBeUndefined();
  });
});
