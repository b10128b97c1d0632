/** The advice to get a package's sources, as messages give it and as the editor's views read it from them. */

export function sourcesAdvice(distribution: string): string {
  return `convlens sources add ${distribution} gets its sources`;
}

/** The package that a message says to get. */
export function advisedPackage(message: string): string | undefined {
  return /\(convlens sources add ([\w.-]+) gets its sources;/.exec(message)?.[1];
}
