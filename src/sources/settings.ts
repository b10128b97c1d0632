/** The package index that the user's own tools are set to, and how it is reached. */
import path from "node:path";
import { entryOf } from "../engine/base/table.ts";
import type { System } from "./cache.ts";
import { pipSettings } from "./pipConfig.ts";
import { SourcesProblem } from "./problem.ts";

export interface IndexSettings {
  /** Addresses of simple indexes, all of which are asked; they may hold a user's name and password. */
  readonly indexes: readonly string[];
  /** Files of certificates. */
  readonly cert?: string;
  readonly clientCert?: string;
  readonly proxies: { readonly http?: string; readonly https?: string; readonly none: string };
  /** `host` or `host:port`, whose certificates are not looked at. */
  readonly trusted: readonly string[];
  readonly netrc: string;
  /** After so long without a byte a connection is given up. */
  readonly milliseconds: number;
}

const DEFAULT_SECONDS = 30;

/** `indexes` are named on the command line, and then are all. */
export function indexSettings(system: System, indexes: readonly string[] = []): IndexSettings {
  const { env, platform, home } = system;
  const pip = pipSettings(system);
  const { join } = platform === "win32" ? path.win32 : path.posix;
  const found = indexes.length > 0 ? indexes : indexesOf(env, pip);
  const cert = pip.get("cert") || env.SSL_CERT_FILE || env.REQUESTS_CA_BUNDLE || env.CURL_CA_BUNDLE;
  const clientCert = pip.get("client-cert") || env.SSL_CLIENT_CERT;
  const variable = (name: string): string | undefined =>
    entryOf(env, name.toLowerCase()) || entryOf(env, name) || undefined;
  const proxy = pip.get("proxy") || undefined;
  const [http, https] = ["HTTP_PROXY", "HTTPS_PROXY"].map(
    (name) => proxy ?? variable(name) ?? variable("ALL_PROXY"),
  );
  return {
    indexes: [...new Set(found.map(withoutEndSlash))],
    ...(cert && { cert: atHome(cert, home) }),
    ...(clientCert && { clientCert: atHome(clientCert, home) }),
    proxies: { ...(http && { http }), ...(https && { https }), none: variable("NO_PROXY") ?? "" },
    trusted: [...words(pip.get("trusted-host")), ...words(env.UV_INSECURE_HOST)],
    netrc: env.NETRC || join(home, platform === "win32" ? "_netrc" : ".netrc"),
    milliseconds: 1000 * (Number(pip.get("timeout")) || Number(env.UV_HTTP_TIMEOUT) || DEFAULT_SECONDS),
  };
}

function indexesOf(env: System["env"], pip: ReadonlyMap<string, string>): readonly string[] {
  const isOff = /^(1|true|yes|on)$/i.test(pip.get("no-index") ?? "");
  if (isOff)
    throw new SourcesProblem("pip is set to use no package index (no-index): name one with --index-url");
  const main = env.UV_DEFAULT_INDEX || env.UV_INDEX_URL || pip.get("index-url") || PYPI;
  const others = [env.UV_INDEX, env.UV_EXTRA_INDEX_URL, pip.get("extra-index-url")].flatMap(words);
  // uv lets an index have a name: `own=https://…`.
  return [main, ...others].map((index) => index.replace(/^[\w-]+=(?=https?:)/, ""));
}

/** The Python Package Index, which pip and uv ask where nothing else is set. */
const PYPI = "https://pypi.org/simple";

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

function withoutEndSlash(index: string): string {
  return index.replace(/\/+$/, "");
}

function atHome(file: string, home: string): string {
  return file.startsWith("~/") ? path.join(home, file.slice(2)) : file;
}
