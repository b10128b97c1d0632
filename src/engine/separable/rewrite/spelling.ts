/** Names as a file spells them: `nn.Conv2d` beside `nn.Sequential`, `Conv2d` beside what the file imports. */

/** The name beside the callee's own, or undefined when the file has no way to it. */
export function spelled(name: string, callee: string, source: string): string | undefined {
  const dot = callee.lastIndexOf(".");
  const prefix = dot < 0 ? "" : callee.slice(0, dot + 1);
  if (/^(\w+\.)*nn\.$/.test(prefix)) return prefix + name;
  if (importsName(name, source)) return name;
  if (/^\s*(import\s+torch\.nn\s+as\s+nn|from\s+torch\s+import\s+(?:.*\W)?nn\b)/m.test(source))
    return `nn.${name}`;
  if (/^\s*import\s+torch\b/m.test(source)) return `torch.nn.${name}`;
  return prefix === "" ? undefined : prefix + name;
}

function importsName(name: string, source: string): boolean {
  const single = new RegExp(`^\\s*from\\s+torch\\.nn(\\.\\w+)*\\s+import\\s+[^(\\n]*\\b${name}\\b`, "m");
  const several = new RegExp(`^\\s*from\\s+torch\\.nn(\\.\\w+)*\\s+import\\s*\\([^)]*\\b${name}\\b`, "m");
  return single.test(source) || several.test(source);
}
