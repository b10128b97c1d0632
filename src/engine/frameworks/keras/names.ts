/** Names that Keras gives by itself: the class in snake case, numbered from the second one on. */
export class Names {
  private readonly counts = new Map<string, number>();

  /** `conv2d`, `conv2d_1`, … for `Conv2D`. */
  auto(className: string): string {
    const prefix = toSnakeCase(className);
    const count = this.counts.get(prefix) ?? 0;
    this.counts.set(prefix, count + 1);
    return count === 0 ? prefix : `${prefix}_${count}`;
  }

  /** `keras.backend.get_uid`. */
  uid(prefix: string): number {
    const count = (this.counts.get(prefix) ?? 0) + 1;
    this.counts.set(prefix, count);
    return count;
  }

  /** Gives a function that puts the counts back. */
  keep(): () => void {
    const kept = [...this.counts];
    return () => {
      this.counts.clear();
      for (const [prefix, count] of kept) this.counts.set(prefix, count);
    };
  }

  /** `keras.backend.clear_session`. */
  reset(): void {
    this.counts.clear();
  }
}

export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
