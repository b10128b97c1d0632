/** Between the client's URIs and the engine's file names: plain paths for files, the URI itself for all else. */

export function fileOf(uri: string): string {
  const match = /^file:\/\/([^/]*)(\/.*)$/i.exec(uri);
  if (!match) return uri;
  const [, authority = "", encoded = ""] = match;
  const path = decode(encoded);
  if (authority !== "") return `//${authority}${path}`;
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}

export function uriOf(file: string): string {
  if (/^[a-z][a-z0-9+.-]+:/i.test(file)) return file;
  const encoded = file.split("/").map(encodeURIComponent).join("/");
  if (encoded.startsWith("//")) return `file:${encoded}`;
  return `file://${encoded.startsWith("/") ? "" : "/"}${encoded}`;
}

/** The file and its folder, as messages name it. */
export function shortName(file: string): string {
  return file.split("/").slice(-2).join("/");
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
