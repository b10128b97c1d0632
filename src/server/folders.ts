/** `${workspaceFolder}` in a path of the settings is the first folder. */
export function expand(path: string, folders: readonly string[]): string {
  return path.replace(/\$\{workspaceFolder\}/g, folders[0] ?? ".");
}
